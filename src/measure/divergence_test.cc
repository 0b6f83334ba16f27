#include "measure/divergence.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace edgevlm {
namespace {

// Logits of the probabilities 1/2, 1/4, 1/4 and 1/4, 1/4, 1/2, shifted by constants that must not
// count.
const std::array<float, 3> kP = {std::log(2.0f) + 5, 5, 5};
const std::array<float, 3> kQ = {-3, -3, std::log(2.0f) - 3};

TEST(Divergence, MatchesAHandComputedValue) {
  // 1/2 log(2) + 0 + 1/4 log(1/2) = log(2) / 4
  EXPECT_NEAR(Divergence(kP, kQ), std::log(2.0) / 4, 1e-6);
}

TEST(Divergence, IsNotSymmetric) {
  const std::array<float, 2> even = {0, 0};
  const std::array<float, 2> uneven = {std::log(3.0f), 0};  // 3/4, 1/4
  EXPECT_NEAR(Divergence(even, uneven), std::log(2.0) - std::log(3.0) / 2, 1e-6);
  EXPECT_NEAR(Divergence(uneven, even), std::log(2.0) - (2 - 0.75 * std::log2(3.0)) * std::log(2.0),
              1e-6);
}

TEST(Divergence, IsZeroForEqualAndForShiftedLogits) {
  EXPECT_EQ(Divergence(kP, kP), 0.0);
  std::array<float, 3> shifted = kP;
  for (float& logit : shifted) logit += 8;
  EXPECT_NEAR(Divergence(kP, shifted), 0, 1e-6);
}

TEST(Divergence, SurvivesLargeLogits) {
  const std::array<float, 2> p = {10000, 9999};
  const std::array<float, 2> q = {-10000, -10001};
  EXPECT_NEAR(Divergence(p, q), 0, 1e-9);
}

TEST(CompareRows, GivesSurprisalOfTheNextToken) {
  const RowComparison row = CompareRows(kP, kQ, 2);
  EXPECT_NEAR(row.divergence, std::log(2.0) / 4, 1e-6);
  EXPECT_FALSE(row.same_token);
  EXPECT_NEAR(row.reference_surprisal, std::log(4.0), 1e-6);
  EXPECT_NEAR(row.measured_surprisal, std::log(2.0), 1e-6);
  EXPECT_TRUE(CompareRows(kP, kP, 0).same_token);
}

TEST(Summarize, AveragesAndInterpolates) {
  std::array<RowComparison, 5> rows;
  for (int i = 0; i < 5; ++i) {
    rows[static_cast<std::size_t>(4 - i)] = {.divergence = 0.1 * i,
                                             .same_token = i < 4,
                                             .reference_surprisal = std::log(2.0),
                                             .measured_surprisal = std::log(i == 0 ? 32.0 : 1.0)};
  }
  const DivergenceSummary summary = Summarize(rows);
  EXPECT_NEAR(summary.mean, 0.2, 1e-12);
  EXPECT_NEAR(summary.p99, 0.396, 1e-12);  // position 0.99 * 4 = 3.96
  EXPECT_NEAR(summary.same_token, 0.8, 1e-12);
  EXPECT_NEAR(summary.reference_perplexity, 2, 1e-12);
  EXPECT_NEAR(summary.perplexity, 2, 1e-12);  // the fifth root of 32
}

TEST(Summarize, TakesASingleRow) {
  const std::array<RowComparison, 1> rows = {RowComparison{.divergence = 0.5}};
  EXPECT_EQ(Summarize(rows).p99, 0.5);
}

}  // namespace
}  // namespace edgevlm
