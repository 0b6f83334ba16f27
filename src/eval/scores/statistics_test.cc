#include "eval/scores/statistics.h"

#include <gtest/gtest.h>

#include <vector>

#include "eval/score.h"
#include "eval/scores/testing/golden_scores.h"

namespace edgevlm {
namespace {

using nlohmann::json;

class StatisticsTest : public ::testing::Test {
 protected:
  StatisticsTest() {
    for (const json& item : golden_.at("items")) {
      a_.push_back(item.at("score_a"));
      b_.push_back(item.at("score_b"));
      confidence_.push_back(item.at("confidence_a"));
      videos_.push_back(item.at("video"));
    }
  }
  double Expected(const char* name) const { return golden_.at("expected").at(name); }

  const json golden_ = GoldenScores("statistics.json");
  std::vector<double> a_;
  std::vector<double> b_;
  std::vector<double> confidence_;
  std::vector<std::string> videos_;
};

constexpr double kExact = 1e-12;  // rounding of sums of 60 terms

TEST_F(StatisticsTest, OfOneSystem) {
  EXPECT_NEAR(Mean(a_), Expected("mean_a"), kExact);
  EXPECT_NEAR(Mean(b_), Expected("mean_b"), kExact);
  EXPECT_NEAR(StandardError(a_), Expected("stderr_a"), kExact);
  EXPECT_NEAR(StandardError(b_), Expected("stderr_b"), kExact);
  EXPECT_NEAR(ClusteredStandardError(a_, videos_), Expected("clustered_stderr_a"), kExact);
  EXPECT_NEAR(ClusteredStandardError(b_, videos_), Expected("clustered_stderr_b"), kExact);
  const Interval wilson = WilsonInterval(27, 60);
  EXPECT_NEAR(wilson.low, golden_.at("expected").at("wilson95_a")[0], 1e-9);
  EXPECT_NEAR(wilson.high, golden_.at("expected").at("wilson95_a")[1], 1e-9);
}

TEST_F(StatisticsTest, OfTwoSystems) {
  const PairedDifference paired = ComparePaired(a_, b_);
  EXPECT_NEAR(paired.mean, Expected("paired_mean_difference"), kExact);
  EXPECT_NEAR(paired.standard_error, Expected("paired_stderr"), kExact);
  EXPECT_NEAR(paired.t, Expected("paired_t"), kExact);
  EXPECT_NEAR(McNemarExactP(7, 15), Expected("mcnemar_exact_p"), kExact);
  EXPECT_NEAR(McNemarExactP(15, 7), Expected("mcnemar_exact_p"), kExact);
  std::vector<double> differences;
  for (std::size_t i = 0; i < a_.size(); ++i) differences.push_back(b_[i] - a_[i]);
  EXPECT_NEAR(ClusteredStandardError(differences, videos_),
              Expected("clustered_stderr_of_difference"), kExact);
}

TEST_F(StatisticsTest, OfProbabilities) {
  EXPECT_NEAR(BrierScore(confidence_, a_), Expected("brier"), kExact);
  for (const auto& [bins, name] : {std::pair(10, "ece_10_bins"), std::pair(15, "ece_15_bins")}) {
    CalibrationScore calibration(bins);
    for (std::size_t i = 0; i < a_.size(); ++i) calibration.Add(confidence_[i], a_[i] == 1);
    EXPECT_NEAR(calibration.Error(), Expected(name), kExact);
  }
}

TEST_F(StatisticsTest, OfResampledItems) {
  const json expected = golden_.at("expected");
  const BootstrapOptions options;
  const auto by_item = BootstrapPaired(a_, b_, {}, options);
  const auto by_video = BootstrapPaired(a_, b_, videos_, options);
  ASSERT_TRUE(by_item.ok());
  ASSERT_TRUE(by_video.ok());
  for (const auto& [result, name] :
       {std::pair(*by_item, "bootstrap95_difference_by_item_approx"),
        std::pair(*by_video, "bootstrap95_difference_by_video_approx")}) {
    EXPECT_NEAR(result.mean, Expected("paired_mean_difference"), kExact);
    EXPECT_NEAR(result.interval.low, expected.at(name)[0], 0.02) << name;
    EXPECT_NEAR(result.interval.high, expected.at(name)[1], 0.02) << name;
    EXPECT_GT(result.p, 0.05);
    EXPECT_LT(result.p, 0.25);
  }
  const auto again = BootstrapPaired(a_, b_, videos_, options);
  EXPECT_EQ(again->interval.low, by_video->interval.low);
  EXPECT_EQ(again->p, by_video->p);
}

TEST(Statistics, OfFewValues) {
  EXPECT_EQ(Mean({}), 0);
  EXPECT_EQ(StandardError(std::vector<double>{3}), 0);
  EXPECT_EQ(WilsonInterval(0, 0).high, 1);
  EXPECT_EQ(WilsonInterval(0, 5).low, 0);
  EXPECT_NEAR(WilsonInterval(5, 5).high, 1, kExact);
  EXPECT_EQ(McNemarExactP(0, 0), 1);
  EXPECT_NEAR(McNemarExactP(0, 10), 2.0 / 1024, kExact);
  EXPECT_NEAR(McNemarExactP(5000, 5000), 1, 1e-9);  // 2^-10000 is no double
  EXPECT_EQ(BrierScore({}, {}), 0);
}

TEST(Bootstrap, FindsTheIntervalOfAMedian) {
  std::vector<double> values;
  for (int i = 1; i <= 101; ++i) values.push_back(i);
  const auto median = BootstrapMedian(values, {.draws = 2000, .seed = 7});
  ASSERT_TRUE(median.ok());
  EXPECT_EQ(median->median, 51);
  // The order statistics of a median of 101 values: 51 +- 1.96 * sqrt(101) / 2.
  EXPECT_NEAR(median->interval.low, 41, 2);
  EXPECT_NEAR(median->interval.high, 61, 2);
  EXPECT_EQ(BootstrapMedian(std::vector<double>{4, 2}, {.draws = 1})->median, 3);
}

TEST(Bootstrap, RefusesWhatItCannotDraw) {
  EXPECT_EQ(BootstrapMedian({}, {}).error().message,
            "bootstrap: expected at least one item, found none");
  const std::vector<double> one = {1};
  EXPECT_EQ(BootstrapMedian(one, {.draws = 0}).error().message,
            "bootstrap: draws: expected 1 to 1000000, found 0");
  const std::vector<double> two = {1, 2};
  EXPECT_FALSE(BootstrapPaired(one, two, {}, {}).ok());
}

}  // namespace
}  // namespace edgevlm
