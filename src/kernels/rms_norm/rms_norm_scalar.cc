#include <cmath>

#include "kernels/rms_norm/rms_norm.h"

namespace edgevlm {

void RmsNormRowScalar(const float* x, const float* gain, float epsilon, float* y, int n) {
  float squares = 0.0f;
  for (int i = 0; i < n; ++i) squares += x[i] * x[i];
  const float scale = 1.0f / std::sqrt(squares / static_cast<float>(n) + epsilon);
  for (int i = 0; i < n; ++i) y[i] = x[i] * scale * gain[i];
}

}  // namespace edgevlm
