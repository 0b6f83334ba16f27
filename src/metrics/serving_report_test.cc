#include "metrics/serving_report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<ServedRequest> TwoGoodOneBad() {
  return {{.succeeded = true,
           .prompt_tokens = 10,
           .reply_tokens = 3,
           .begin_ms = 0,
           .first_token_ms = 100,
           .total_ms = 140,
           .gaps_ms = {20, 20}},
          {.succeeded = true,
           .prompt_tokens = 20,
           .reply_tokens = 1,
           .begin_ms = 120,
           .first_token_ms = 50,
           .total_ms = 50},
          {.succeeded = false, .begin_ms = 130, .total_ms = 5}};
}

TEST(ServingReport, AddsUp) {
  const ServingReport report = MakeServingReport(TwoGoodOneBad(), 200);
  EXPECT_EQ(report.successful, 2);
  EXPECT_EQ(report.failed, 1);
  EXPECT_EQ(report.prompt_tokens, 30);
  EXPECT_EQ(report.reply_tokens, 4);
  EXPECT_EQ(report.peak_concurrency, 3);
  EXPECT_EQ(report.ttft_ms.mean, 75);
  EXPECT_EQ(report.ttft_ms.median, 50);
  EXPECT_EQ(report.tpot_ms.mean, 20);  // of the one that has more than one token
  EXPECT_EQ(report.itl_ms.p99, 20);
  EXPECT_EQ(report.e2el_ms.p99, 140);
}

TEST(ServingReport, NoRequestsAreZeros) {
  const ServingReport report = MakeServingReport({}, 0);
  EXPECT_EQ(report.successful, 0);
  EXPECT_EQ(ServingJson(report)["request_throughput"], 0.0);
}

// Line for line what vLLM prints.
TEST(ServingReport, WritesVllmsBlock) {
  const std::string text = ServingText(MakeServingReport(TwoGoodOneBad(), 200));
  EXPECT_THAT(text, StartsWith("============ Serving Benchmark Result ============\n"
                               "Successful requests:                     2         \n"));
  EXPECT_THAT(text, HasSubstr("---------------Time to First Token----------------\n"
                              "Mean TTFT (ms):                          75.00     \n"));
  EXPECT_THAT(text, HasSubstr("-----Time per Output Token (excl. 1st token)------\n"));
  EXPECT_THAT(text, HasSubstr("---------------Inter-token Latency----------------\n"));
  EXPECT_THAT(text, HasSubstr("Output token throughput (tok/s):         20.00     \n"));
}

TEST(ServingReport, WritesVllmsNames) {
  const nlohmann::json object = ServingJson(MakeServingReport(TwoGoodOneBad(), 200));
  EXPECT_EQ(object["completed"], 2);
  EXPECT_EQ(object["output_throughput"], 20.0);
  EXPECT_EQ(object["median_e2el_ms"], 50);
}

}  // namespace
}  // namespace edgevlm
