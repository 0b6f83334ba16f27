// Linear layers of the decoder in training.
#pragma once

#include <optional>

#include "tensor/dtype.h"
#include "train/torch.h"

namespace edgevlm::train {

// How their products are computed. A property of the training, not of the model.
struct Arithmetic {
  // What weights and inputs are rounded to in each forward pass (rounded.h); nothing: they are not.
  std::optional<DType> rounded_to = {};
  bool bfloat16 = false;  // factors are bfloat16 numbers (bfloat16_product.h); not with rounded_to

  bool operator==(const Arithmetic&) const = default;
};

// x W^T + b. x [R, K] -> [R, N].
torch::Tensor LinearOf(torch::nn::Linear& layer, const torch::Tensor& x,
                       const Arithmetic& arithmetic);
// The same without the bias.
torch::Tensor UnbiasedOf(torch::nn::Linear& layer, const torch::Tensor& x,
                         const Arithmetic& arithmetic);

}  // namespace edgevlm::train
