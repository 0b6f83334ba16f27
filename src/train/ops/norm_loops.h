// The loops of BatchNormActivate, for some of its rows: a row is a pixel, its columns channels.
#pragma once

#include "base/cpu.h"
#include "train/ops/activation.h"

namespace edgevlm::train {

struct NormData {
  int columns = 0;  // C
  Activation activation = Activation::kNone;
  const float* x = nullptr;  // [R, C]
  // Of each channel: z = x scale + offset is what the activation gets.
  const float* scale = nullptr;
  const float* offset = nullptr;
  const float* mean = nullptr;
  const float* out_gradient = nullptr;  // [R, C]
  // The gradient of x is z's times scale, plus x gradient_slope + gradient_offset.
  const float* gradient_slope = nullptr;
  const float* gradient_offset = nullptr;
};

// Sums of rows [first, end) of each channel; both [C] are added to.
struct NormSums {
  float* first;
  float* second;
};

// x - shift, and its square. shift [C].
void SumForward(Isa isa, const NormData& data, const float* shift, int first, int end,
                const NormSums& sums);

// out = activation(z).
void NormForward(Isa isa, const NormData& data, int first, int end, float* out);

// z's gradient, and that times (x - mean).
void SumBackward(Isa isa, const NormData& data, int first, int end, const NormSums& sums);

// Writes rows of x's gradient.
void NormBackward(Isa isa, const NormData& data, int first, int end, float* x_gradient);

}  // namespace edgevlm::train
