#include "decode/exit_rule.h"

#include <gtest/gtest.h>

#include <vector>

namespace edgevlm {
namespace {

bool Leaves(float threshold, const std::vector<float>& probabilities) {
  return ConfidentExit(threshold).Leaves(
      {.probabilities = probabilities, .position = 3, .blocks = 8});
}

TEST(ConfidentExit, AsksForTheShareOfTheLikeliest) {
  for (std::size_t at = 0; at < 5; ++at) {  // at any index
    std::vector<float> probabilities(5, 0.05f);
    probabilities[at] = 0.8f;
    EXPECT_TRUE(Leaves(0.79f, probabilities)) << at;
    EXPECT_FALSE(Leaves(0.8f, probabilities)) << at;
    EXPECT_FALSE(Leaves(0.81f, probabilities)) << at;
  }
}

TEST(ConfidentExit, Extremes) {
  EXPECT_FALSE(Leaves(1, {1}));
  EXPECT_FALSE(Leaves(1, {0, 1, 0})) << "a share that float32 rounds to 1 is not quite sure";
  EXPECT_FALSE(Leaves(1, {0.00001f, 0.99999f}));
  EXPECT_FALSE(Leaves(0.51f, {0.5f, 0.5f})) << "two that are alike";
  EXPECT_TRUE(Leaves(0.009f, std::vector<float>(100, 0.01f)));
}

TEST(SteadyExit, LeavesAsOftenAsItSays) {
  const std::vector<float> probabilities = {0.5f, 0.5f};
  for (const double rate : {0.0, 0.1, 0.37, 0.5, 0.9, 1.0}) {
    const SteadyExit rule(rate, 4);
    int left = 0;
    for (int position = 0; position < 1000; ++position) {
      left +=
          rule.Leaves({.probabilities = probabilities, .position = position, .blocks = 4}) ? 1 : 0;
      EXPECT_FALSE(
          rule.Leaves({.probabilities = probabilities, .position = position, .blocks = 6}));
      // At no position far from the rate.
      EXPECT_NEAR(left, rate * (position + 1), 1);
    }
  }
}

}  // namespace
}  // namespace edgevlm
