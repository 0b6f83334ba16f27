#include "train/ops/rounded.h"

#include <gtest/gtest.h>

#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"

namespace edgevlm::train {
namespace {

constexpr DType kTypes[] = {DType::kQ8_0, DType::kQ4_0, DType::kQ4_1, DType::kQ5_0};

// A weight is at most half a step of its block off: 1 / 2^bits of the extremes' distance.
double StepOf(DType type) {
  if (type == DType::kQ8_0) return 1.0 / 127;
  return type == DType::kQ5_0 ? 1.0 / 15 : 1.0 / 7;
}

TEST(Rounded, WeightsLieOnTheGridOfTheirBlocks) {
  torch::manual_seed(kSeed);
  const torch::Tensor weight = torch::randn({6, 64});
  for (const DType type : kTypes) {
    const torch::Tensor rounded = RoundedWeights(weight, type);
    const torch::Tensor peak = weight.abs().view({6, 2, 32}).amax(2, true);
    const torch::Tensor error = (rounded - weight).abs().view({6, 2, 32}) / peak;
    EXPECT_LE(error.max().item<double>(), StepOf(type)) << NameOf(type) << " seed " << kSeed;
    EXPECT_GT(error.max().item<double>(), 0);
    // What is on the grid stays there, up to the rounding of scales to float16.
    const torch::Tensor twice = RoundedWeights(rounded, type);
    EXPECT_LE((twice - rounded).abs().max().item<double>(), 2e-3 * peak.max().item<double>());
  }
}

TEST(Rounded, InputsKeepSevenBits) {
  torch::manual_seed(kSeed);
  const torch::Tensor x = torch::randn({5, 192});
  for (const DType type : kTypes) {
    const torch::Tensor rounded = RoundedInputs(x, type);
    // Each of up to 128 rotated values is off by half a step of its block's largest one, which is
    // at most the norm of the block.
    const torch::Tensor error = (rounded - x).pow(2).mean(1).sqrt();
    EXPECT_LE((error / x.norm(2, 1)).max().item<double>(), 0.5 / 127) << NameOf(type);
    EXPECT_GT(error.max().item<double>(), 0);
  }
}

TEST(Rounded, TypesHaveBlocksOf32) {
  EXPECT_EQ(RoundingType("q4_0"), DType::kQ4_0);
  EXPECT_EQ(RoundingType("Q8_0"), DType::kQ8_0);
  for (const char* name : {"", "q4_k", "f16", "q4"}) EXPECT_EQ(RoundingType(name), std::nullopt);
}

}  // namespace
}  // namespace edgevlm::train
