#include "measure/experiment/values.h"

#include <gtest/gtest.h>

#include <random>

namespace edgevlm {
namespace {

Estimate MedianOf(std::initializer_list<double> list) {
  Values values;
  for (const double value : list) values.Add(value);
  return values.Median();
}

TEST(Values, FewValuesAreTheirOwnInterval) {
  EXPECT_EQ(MedianOf({3}).value, 3);
  const Estimate four = MedianOf({4, 1, 3, 10});
  EXPECT_EQ(four.value, 3.5);
  EXPECT_EQ(four.low, 1);
  EXPECT_EQ(four.high, 10);
}

// Ranks 3 and 13 of 15 values, as tables of the sign test have for 95 % (0.9926 is covered).
TEST(Values, TheIntervalIsThatOfOrderStatistics) {
  Values values;
  for (int i = 1; i <= 15; ++i) values.Add(i);
  EXPECT_EQ(values.Median().value, 8);
  EXPECT_LE(values.Median().low, 4);
  EXPECT_GE(values.Median().low, 3);
  EXPECT_GE(values.Median().high, 12);
  EXPECT_LE(values.Median().high, 13);
}

// Of 400 intervals of 25 values each, about 20 miss the true median; 45 would be 5.7 standard
// deviations more.
TEST(Values, IntervalsMissTheMedianRarely) {
  std::mt19937 rng(20261129);
  std::exponential_distribution<double> skewed(1.0);
  int missed = 0;
  for (int trial = 0; trial < 400; ++trial) {
    Values values;
    for (int i = 0; i < 25; ++i) values.Add(skewed(rng));
    const Estimate interval = values.Median();
    const double truth = 0.6931471805599453;
    missed += interval.low > truth || interval.high < truth ? 1 : 0;
  }
  EXPECT_LT(missed, 45);
}

TEST(Values, OfAMillionAFixedNumberIsKept) {
  Values values;
  for (int i = 0; i < 1'000'000; ++i) values.Add(i);
  EXPECT_EQ(values.count(), 1'000'000);
  EXPECT_EQ(values.mean(), 499'999.5);
  // The median's rank has a standard deviation of 1 / (2 sqrt(4096)) of all: 7,812 values.
  EXPECT_NEAR(values.Median().value, 500'000, 5 * 7'812);
}

}  // namespace
}  // namespace edgevlm
