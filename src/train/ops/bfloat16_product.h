// Matrix products of bfloat16 numbers, for mixed-precision training (Micikevicius et al. 2018;
// Kalamkar et al. 2019, "A Study of BFLOAT16 for Deep Learning Training").
#pragma once

#include "train/torch.h"

namespace edgevlm::train {

// x W^T, and its gradients, of factors rounded to bfloat16; sums are float32, results are rounded
// to bfloat16 once. Weights and the residual stream stay float32.
//   x       [R, K]; its rounded copy is saved for the backward pass
//   weight  [N, K]; likewise
//   result  [R, N], float32
// |error| <= 3 * 2^-8 of the sum of the products' magnitudes, nearly. Cost: half of a float32
// product's where the CPU has AVX512_BF16, with the roundings; more than it elsewhere.
torch::Tensor Bfloat16Product(const torch::Tensor& x, const torch::Tensor& weight);

}  // namespace edgevlm::train
