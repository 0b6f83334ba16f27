// The loops of BatchNormActivate, for a range of rows. A row is a pixel, its columns are channels.
#pragma once

#include "base/cpu.h"
#include "train/ops/activation.h"

namespace edgevlm::train {

struct NormData {
  int columns = 0;  // C
  Activation activation = Activation::kNone;
  const float* x = nullptr;  // [R, C]
  // Per channel: z = x scale + offset is the input of the activation.
  const float* scale = nullptr;
  const float* offset = nullptr;
  const float* mean = nullptr;
  const float* out_gradient = nullptr;  // [R, C]
  // Per channel: x's gradient is z's gradient times scale, plus x gradient_slope + gradient_offset.
  const float* gradient_slope = nullptr;
  const float* gradient_offset = nullptr;
};

// Two sums per channel, [C] each, to which rows [first, end) are added.
struct NormSums {
  float* first;
  float* second;
};

// Sums x - shift and its square. shift [C].
void SumForward(Isa isa, const NormData& data, const float* shift, int first, int end,
                const NormSums& sums);

// out = activation(z).
void NormForward(Isa isa, const NormData& data, int first, int end, float* out);

// Sums the gradient of z, and its product with (x - mean).
void SumBackward(Isa isa, const NormData& data, int first, int end, const NormSums& sums);

// Writes rows [first, end) of the gradient of x.
void NormBackward(Isa isa, const NormData& data, int first, int end, float* x_gradient);

}  // namespace edgevlm::train
