#include <algorithm>
#include <cmath>

#include "kernels/softmax/softmax.h"

namespace edgevlm {

void SoftmaxRowScalar(const float* x, float* y, int n) {
  if (n == 0) return;
  const float highest = *std::max_element(x, x + n);
  float sum = 0.0f;
  for (int i = 0; i < n; ++i) {
    y[i] = std::exp(x[i] - highest);
    sum += y[i];
  }
  for (int i = 0; i < n; ++i) y[i] /= sum;
}

}  // namespace edgevlm
