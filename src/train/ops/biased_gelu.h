// Fused bias and GELU.
#pragma once

#include "train/torch.h"

namespace edgevlm::train {

// gelu(x + bias) in the tanh form of GPT-2: gelu(u) = u (1 + tanh(sqrt(2 / pi) (u + 0.044715 u^3)))
// / 2, which is u / (1 + exp(-2 sqrt(2 / pi) (u + 0.044715 u^3))).
//   x       [R, F]; saved for the backward pass, which recomputes the exp
//   bias    [F]
//   result  [R, F]
// Float32, contiguous, on the CPU. Differentiable in both. |error| <= 8 * FLT_EPSILON relative,
// for results of at least FLT_EPSILON. Rows are split between LibTorch's threads.
torch::Tensor BiasedGelu(const torch::Tensor& x, const torch::Tensor& bias);

}  // namespace edgevlm::train
