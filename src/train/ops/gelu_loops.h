// The loops of BiasedGelu, for a range of rows.
#pragma once

#include "base/cpu.h"

namespace edgevlm::train {

struct GeluData {
  int columns = 0;                      // F
  const float* x = nullptr;             // [R, F]
  const float* bias = nullptr;          // [F]
  float* out = nullptr;                 // [R, F]
  const float* out_gradient = nullptr;  // [R, F]
  float* x_gradient = nullptr;          // [R, F]
};

// Writes rows [first, end) of out.
void GeluForward(Isa isa, const GeluData& data, int first, int end);

// Writes rows [first, end) of x_gradient and adds their sum to bias_gradient [F].
void GeluBackward(Isa isa, const GeluData& data, int first, int end, float* bias_gradient);

}  // namespace edgevlm::train
