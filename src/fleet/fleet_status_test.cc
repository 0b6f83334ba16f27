#include "fleet/fleet_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fleet/recent_rate.h"

namespace edgevlm {
namespace {

using namespace std::chrono_literals;

WorkerStatus Worker(const std::string& name, double rate) {
  return {.name = name, .model = "m", .state = "working", .done = 5, .per_second = rate};
}

BatchStatus Batch() {
  return {.name = "holiday", .model = "m", .images = 100, .done = 40, .failed = 2, .per_second = 2};
}

TEST(FleetStatus, IsReadAsItWasWritten) {
  const auto status =
      ReadStatuses({StatusText(Worker("b", 1.5)), StatusText(Batch()), StatusText(Worker("a", 2))});
  ASSERT_EQ(status.workers.size(), 2u);
  EXPECT_EQ(status.workers[0].name, "a");
  EXPECT_EQ(status.workers[1].per_second, 1.5);
  ASSERT_EQ(status.batches.size(), 1u);
  EXPECT_EQ(SecondsLeft(status.batches[0]), 29);  // 58 images at 2 a second
  EXPECT_EQ(FleetStatusLines(status),
            "batch holiday: 40/100 images, 2.0 a second, 0:00:29 left, 2 failed\n"
            "worker a: working, 2.0 a second, 5 done\n"
            "worker b: working, 1.5 a second, 5 done\n"
            "2 workers, 3.5 a second\n");
  const auto json = nlohmann::json::parse(FleetStatusJson(status));
  EXPECT_EQ(json["images_per_second"], 3.5);
  EXPECT_EQ(json["batches"][0]["seconds_left"], 29);
}

TEST(FleetStatus, CutAnywhereItIsUnreadable) {
  const std::string text = StatusText(Worker("a", 1));
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto status = ReadStatuses({text.substr(0, size), text});
    EXPECT_EQ(status.unreadable, 1) << size;
    EXPECT_EQ(status.workers.size(), 1u) << size;
  }
}

TEST(FleetStatus, WithoutARateTheTimeLeftIsUnknown) {
  BatchStatus batch = Batch();
  batch.per_second = 0;
  EXPECT_EQ(SecondsLeft(batch), -1);
  EXPECT_EQ(FleetStatusLines({.batches = {batch}}),
            "batch holiday: 40/100 images, 0.0 a second, 2 failed\n0 workers, 0.0 a second\n");
  batch.done = 98;
  EXPECT_EQ(SecondsLeft(batch), 0);
}

TEST(RecentRate, FollowsTheLastHalfMinute) {
  const RecentRate::Clock::time_point start;
  RecentRate rate(start);
  EXPECT_EQ(rate.per_second(), 0);
  rate.Note(start + 10s, 100);
  EXPECT_EQ(rate.per_second(), 10);
  // From now on one a second: half a minute later, the first ten seconds no longer count.
  for (int i = 1; i <= 30; ++i) rate.Note(start + 10s + i * 1s, 100 + i);
  EXPECT_EQ(rate.per_second(), 1);
}

}  // namespace
}  // namespace edgevlm
