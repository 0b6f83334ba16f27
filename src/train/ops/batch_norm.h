// Fused batch norm (training mode) and activation.
#pragma once

#include "train/ops/activation.h"
#include "train/torch.h"

namespace edgevlm::train {

// activation(weight (x - mean) / sqrt(variance + eps) + bias), with mean and variance of each
// channel over the batch (Ioffe and Szegedy 2015).
//   x       [B, C, S, T], channels last (else it is copied); saved for the backward pass
//   result  [B, C, S, T], channels last
// Updates norm's running statistics as torch::nn::BatchNorm2d does. REQUIRES: norm is in training
// mode, with weight, bias, running statistics and a momentum.
// Float32 on the CPU. Differentiable in x, weight and bias. Reads x once for both sums. They are
// sums of differences to the first pixel, to avoid cancellation: in float32 over 256 pixels, then
// in float64. Pixels are split between LibTorch's threads.
torch::Tensor BatchNormActivate(const torch::Tensor& x, torch::nn::BatchNorm2d& norm,
                                Activation activation);

}  // namespace edgevlm::train
