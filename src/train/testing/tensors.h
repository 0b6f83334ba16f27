// Tensors of tests: how they are made and compared.
#pragma once

#include <cstdint>
#include <limits>

#include "train/torch.h"

namespace edgevlm::train {

inline constexpr std::uint64_t kSeed = 23;
inline constexpr double kFloatEpsilon = std::numeric_limits<float>::epsilon();

// The largest |a - b|, in float64.
inline double GreatestDifference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a.to(torch::kDouble) - b.to(torch::kDouble)).abs().max().item<double>();
}

}  // namespace edgevlm::train
