#include "decode/log_probability.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace edgevlm {
namespace {

TEST(LogProbability, IsThatOfTheSoftmax) {
  const std::vector<float> logits = {0, std::log(2.0f), std::log(5.0f)};
  EXPECT_NEAR(std::exp(LogProbability(logits, 0)), 1.0 / 8, 1e-6);
  EXPECT_NEAR(std::exp(LogProbability(logits, 2)), 5.0 / 8, 1e-6);
}

TEST(LogProbability, SurvivesLargeLogits) {
  const std::vector<float> logits = {1e30f, 0, 1e30f};
  EXPECT_NEAR(LogProbability(logits, 0), -std::log(2.0), 1e-6);
}

}  // namespace
}  // namespace edgevlm
