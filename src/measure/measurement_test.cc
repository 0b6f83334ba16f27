#include "measure/measurement.h"

#include <gtest/gtest.h>

#include <array>

namespace edgevlm {
namespace {

TEST(SpreadOf, GivesTheUsualFigures) {
  const std::array<double, 4> values = {4, 1, 3, 2};
  const Spread spread = SpreadOf(values);
  EXPECT_DOUBLE_EQ(spread.mean, 2.5);
  EXPECT_DOUBLE_EQ(spread.median, 2.5);
  EXPECT_DOUBLE_EQ(spread.min, 1);
  EXPECT_DOUBLE_EQ(spread.max, 4);
  EXPECT_NEAR(spread.stddev, 1.2909944487358056, 1e-12);  // sqrt(5 / 3)
}

TEST(SpreadOf, TakesTheMiddleOfAnOddNumber) {
  const std::array<std::int64_t, 3> values = {100, 1, 2};
  EXPECT_DOUBLE_EQ(SpreadOf(values).median, 2);
}

TEST(SpreadOf, HasNoDeviationForOneValue) {
  const std::array<std::int64_t, 1> values = {7};
  EXPECT_EQ(SpreadOf(values).stddev, 0);
  EXPECT_EQ(SpreadOf(values).median, 7);
}

}  // namespace
}  // namespace edgevlm
