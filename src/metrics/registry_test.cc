#include "metrics/registry.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "metrics/percentile.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr double kBuckets[] = {1, 10, 100};

TEST(Percentile, IsTheNearestRank) {
  EXPECT_EQ(Percentile({}, 50), 0);
  EXPECT_EQ(Percentile({7}, 0), 7);
  EXPECT_EQ(Percentile({7}, 99), 7);
  EXPECT_EQ(Percentile({4, 1, 3, 2}, 50), 2);
  EXPECT_EQ(Percentile({4, 1, 3, 2}, 51), 3);
  EXPECT_EQ(Percentile({4, 1, 3, 2}, 100), 4);
}

TEST(Registry, ReturnsTheSameObjectForTheSameLabels) {
  Registry registry;
  Counter& counter = registry.counter("requests_total", "help", {{"code", "200"}});
  counter.Add();
  EXPECT_EQ(&counter, &registry.counter("requests_total", "help", {{"code", "200"}}));
  EXPECT_NE(&counter, &registry.counter("requests_total", "help", {{"code", "404"}}));
  EXPECT_EQ(counter.value(), 1);
}

TEST(Registry, WritesPrometheusText) {
  Registry registry;
  registry.counter("requests_total", "All requests", {{"code", "200"}}).Add(3);
  registry.gauge("queue_depth", "Waiting").Set(2);
  registry.distribution("seconds", "Time", kBuckets).Observe(5);
  const std::string text = registry.PrometheusText();
  EXPECT_THAT(text, HasSubstr("# HELP requests_total All requests\n"));
  EXPECT_THAT(text, HasSubstr("requests_total{code=\"200\"} 3"));
  EXPECT_THAT(text, HasSubstr("queue_depth 2"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{le=\"1\"} 0"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{le=\"10\"} 1"));
}

TEST(Registry, WritesJsonWithPercentiles) {
  Registry registry;
  Distribution& seconds = registry.distribution("seconds", "Time", kBuckets);
  for (int i = 1; i <= 100; ++i) seconds.Observe(i);
  const nlohmann::json all = registry.Json();
  EXPECT_EQ(all["seconds"]["count"], 100);
  EXPECT_EQ(all["seconds"]["average"], 50.5);
  EXPECT_EQ(all["seconds"]["p50"], 50);
  EXPECT_EQ(all["seconds"]["p95"], 95);
  EXPECT_EQ(all["seconds"]["p99"], 99);
}

TEST(Registry, KeepsTheLastValues) {
  Registry registry;
  Distribution& seconds = registry.distribution("seconds", "Time", kBuckets);
  for (std::size_t i = 0; i < Distribution::kWindow; ++i) seconds.Observe(1);
  for (std::size_t i = 0; i < Distribution::kWindow; ++i) seconds.Observe(9);
  EXPECT_EQ(registry.Json()["seconds"]["p50"], 9);
  EXPECT_EQ(registry.Json()["seconds"]["average"], 5);
}

TEST(Registry, CountsFromManyThreads) {
  Registry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        registry.counter("all", "help").Add();
        registry.distribution("seconds", "Time", kBuckets).Observe(i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(registry.counter("all", "help").value(), 4000);
  EXPECT_EQ(registry.Json()["seconds"]["count"], 4000);
}

}  // namespace
}  // namespace edgevlm
