#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/experiment/finding.h"
#include "measure/experiment/metric_text.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Verdict = Finding::Verdict;

struct Measured {
  Condition condition;
  Metrics metrics;
};

Finding Judged(const FindingRule& rule, const std::vector<Measured>& measured) {
  std::vector<Condition> conditions;
  for (const Measured& one : measured) conditions.push_back(one.condition);
  Summary summary(conditions, {});
  for (const Measured& one : measured) {
    EXPECT_FALSE(summary.Add({.condition = one.condition, .metrics = one.metrics}));
  }
  Spec spec;
  spec.finding = rule;
  return JudgeExperiment(spec, summary);
}

TEST(Judges, ARangeIsClaimedOfEveryCondition) {
  const FindingRule rule = {.judge = "range", .metric = "encoder_share", .low = 0.92, .high = 0.94};
  const Finding part = Judged(rule, {{{{"side", "224"}}, {{"encoder_share", 0.93}}},
                                     {{{"side", "448"}}, {{"encoder_share", 0.61}}}});
  EXPECT_EQ(part.text,
            "encoder, share: 61 % (side=448) to 93 % (side=224); the claimed 92 % to 94 % holds in "
            "1 of 2");
  EXPECT_EQ(part.verdict, Verdict::kPartly);
  EXPECT_EQ(Judged(rule, {{{}, {{"encoder_share", 0.93}}}}).verdict, Verdict::kHolds);
  EXPECT_EQ(Judged(rule, {{{}, {{"encoder_share", 0.5}}}}).verdict, Verdict::kFails);
  EXPECT_EQ(Judged(rule, {{{}, {{"total_ms", 0.5}}}}).text, "encoder, share: not measured");
}

TEST(Judges, ARatioComparesWhatIsEqualOtherwise) {
  const FindingRule rule = {.judge = "ratio",
                            .metric = "total_ms",
                            .over = "frames",
                            .from = "4",
                            .to = "8",
                            .low = 1.7,
                            .high = 1.9};
  const Finding finding = Judged(rule, {{{{"preset", "a"}, {"frames", "4"}}, {{"total_ms", 10}}},
                                        {{{"preset", "a"}, {"frames", "8"}}, {{"total_ms", 18}}},
                                        {{{"preset", "b"}, {"frames", "4"}}, {{"total_ms", 100}}},
                                        {{{"preset", "b"}, {"frames", "8"}}, {{"total_ms", 150}}}});
  EXPECT_EQ(finding.text,
            "total with frames 8 is 1.5 to 1.8 times that with 4; the claimed 1.7 to 1.9 holds in "
            "1 of 2");
  EXPECT_EQ(finding.verdict, Verdict::kPartly);
}

TEST(Judges, GrowthFindsTheQuadraticPart) {
  std::vector<Measured> measured;
  for (const int n : {64, 128, 512, 2048}) {
    const double ms = 0.5 * n + 0.001 * n * n;
    measured.push_back({{{"prompt_tokens", std::to_string(n)}}, {{"prefill_ms", ms}}});
  }
  const Finding finding =
      Judged({.judge = "growth", .metric = "prefill_ms", .over = "prompt_tokens"}, measured);
  EXPECT_THAT(finding.text, HasSubstr("0.5 n + 0.001 n^2"));
  EXPECT_THAT(finding.text, HasSubstr("80.4 % at 2048"));  // 2.048 / 2.548
  EXPECT_THAT(finding.text, HasSubstr("10 % at 55.6"));    // 500 / 9
}

TEST(Judges, SavingsAreKeptOrNotByALimit) {
  const std::vector<Measured> measured = {{{{"cache", "q8_0"}}, {{"divergence_nats", 0.001}}},
                                          {{{"cache", "h2o:0.2"}}, {{"divergence_nats", 1.5}}}};
  const Finding finding = Judged(
      {.judge = "keeps", .metric = "divergence_nats", .over = "cache", .high = 0.05}, measured);
  EXPECT_EQ(finding.text,
            "divergence stays at or below 0.05 nats with q8_0 (0.001 nats); not with h2o:0.2 (1.5 "
            "nats)");
  EXPECT_EQ(finding.verdict, Verdict::kPartly);
}

// Wilson's interval of 19 of 20.
TEST(Judges, AScoreIsAMeanWithTheIntervalOfAFraction) {
  Summary summary({{}}, {});
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(summary.Add({.metrics = {{"found_score", i == 0 ? 0 : 1}}}));
  }
  const Estimate estimate = summary.conditions()[0].Find("found_score")->estimate();
  EXPECT_EQ(estimate.value, 0.95);
  EXPECT_NEAR(estimate.low, 0.7639, 1e-4);
  EXPECT_NEAR(estimate.high, 0.9911, 1e-4);
}

TEST(Judges, TheLargestShareIsNamedForEveryCondition) {
  const Finding finding =
      Judged({.judge = "largest-share", .metric = "encoder_share"},
             {{{{"preset", "a"}}, {{"encoder_share", 0.6}, {"decode_share", 0.3}, {"total_ms", 9}}},
              {{{"preset", "b"}}, {{"encoder_share", 0.2}, {"decode_share", 0.7}}}});
  EXPECT_EQ(finding.text,
            "the most time: encoder, share 60 % (preset=a); decode, share 70 % (preset=b)");
  EXPECT_EQ(finding.verdict, Verdict::kPartly);
}

TEST(MetricText, NumbersHaveThreeDigits) {
  EXPECT_EQ(MetricText("prefill_ms", 12.345), "12.3 ms");
  EXPECT_EQ(MetricText("prefill_ms", 1234.5), "1234 ms");
  EXPECT_EQ(MetricText("encoder_share", 0.92), "92 %");
  EXPECT_EQ(MetricText("divergence_nats", 0.00001234), "0.0000123 nats");
  EXPECT_EQ(ThreeDigits(0), "0");
  EXPECT_EQ(ThreeDigits(-20), "-20");
}

}  // namespace
}  // namespace edgevlm
