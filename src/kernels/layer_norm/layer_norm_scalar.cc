#include <cmath>

#include "kernels/layer_norm/layer_norm.h"

namespace edgevlm {

void LayerNormRowScalar(const float* x, const float* gain, const float* bias, float epsilon,
                        float* y, int n) {
  float sum = 0.0f;
  for (int i = 0; i < n; ++i) sum += x[i];
  const float mean = sum / static_cast<float>(n);
  float squares = 0.0f;
  for (int i = 0; i < n; ++i) squares += (x[i] - mean) * (x[i] - mean);
  const float scale = 1.0f / std::sqrt(squares / static_cast<float>(n) + epsilon);
  for (int i = 0; i < n; ++i) y[i] = (x[i] - mean) * scale * gain[i] + bias[i];
}

}  // namespace edgevlm
