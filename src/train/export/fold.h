// Fold: a convolution with its batch norm as one convolution.
#pragma once

#include "train/model/vision_encoder.h"
#include "train/torch.h"

namespace edgevlm::train {

struct FoldedConv {
  torch::Tensor weight;  // that of the convolution, each output times its gain
  torch::Tensor bias;    // [outputs]
};

// gain * (conv(x) - mean) / sqrt(variance + eps) + bias, with the running statistics.
inline FoldedConv Fold(const ConvNorm& part) {
  const auto& norm = part->norm;
  const torch::Tensor gain = norm->weight / torch::sqrt(norm->running_var + norm->options.eps());
  return {part->conv->weight * gain.view({-1, 1, 1, 1}), norm->bias - norm->running_mean * gain};
}

}  // namespace edgevlm::train
