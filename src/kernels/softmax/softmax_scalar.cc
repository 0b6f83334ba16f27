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

LogSumExp LogSumExpScalar(const float* x, int n) {
  const float greatest = *std::max_element(x, x + n);
  if (std::isinf(greatest)) return {greatest, 0.0f};
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += std::exp(x[i] - greatest);
  return {greatest, static_cast<float>(std::log(sum))};
}

}  // namespace edgevlm
