#include "kernels/half/half.h"
#include "tensor/half.h"

namespace edgevlm {

void FloatToHalfRowScalar(const float* x, std::uint16_t* y, int n) {
  for (int i = 0; i < n; ++i) y[i] = FloatToHalf(x[i]);
}

void HalfToFloatRowScalar(const std::uint16_t* x, float* y, int n) {
  for (int i = 0; i < n; ++i) y[i] = HalfToFloat(x[i]);
}

}  // namespace edgevlm
