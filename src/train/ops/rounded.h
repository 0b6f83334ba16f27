// Rounding as in a quantized file, for quantization-aware training (Jacob et al. 2018).
#pragma once

#include <optional>
#include <string_view>

#include "tensor/dtype.h"
#include "train/torch.h"

namespace edgevlm::train {

// Both have the values that the engine computes with, by its own code, and the gradient of the
// identity (the straight-through estimator, Bengio et al. 2013).

// weight [N, K], whole blocks -> what `edgevlm quantize` to this type leaves of it.
torch::Tensor RoundedWeights(const torch::Tensor& weight, DType type);

// x [R, K] -> what is left of it when it is quantized to int8 for weights of this type.
// REQUIRES: a type with blocks.
torch::Tensor RoundedInputs(const torch::Tensor& x, DType type);

// The type of this name, in upper or lower case; nothing if none has blocks of 32, which divide the
// width of every decoder here.
std::optional<DType> RoundingType(std::string_view name);

}  // namespace edgevlm::train
