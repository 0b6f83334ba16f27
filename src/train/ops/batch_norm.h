// Batch norm in training, and the activation after it, as one operation.
#pragma once

#include "train/ops/activation.h"
#include "train/torch.h"

namespace edgevlm::train {

// activation(weight (x - mean) / sqrt(variance + eps) + bias) with the mean and the variance of
// each channel over this batch (Ioffe and Szegedy 2015).
//   x       [B, C, S, T], channels last in memory (else it is copied); kept for the backward pass
//   result  [B, C, S, T], channels last
// Updates norm's running statistics as torch::nn::BatchNorm2d does. REQUIRES: norm is in training
// mode, with weight, bias, running statistics and a momentum.
// Float32 on the CPU. Differentiable in x, weight and bias. Reads x once for the sums, which are
// taken of the distances to the first pixel, so that they do not cancel; sums of 256 pixels in
// float32, and of those in float64. Shares the pixels between LibTorch's threads.
torch::Tensor BatchNormActivate(const torch::Tensor& x, torch::nn::BatchNorm2d& norm,
                                Activation activation);

}  // namespace edgevlm::train
