#include <algorithm>
#include <cmath>

#include "kernels/kv_rows/q8_rows.h"
#include "tensor/half.h"

namespace edgevlm {

void QuantizeQ8RowScalar(const float* x, BlockQ8_0* y, int n) {
  for (int first = 0; first < n; first += kQ8Block, ++y) {
    const int count = std::min(kQ8Block, n - first);
    float greatest = 0.0f;
    for (int i = 0; i < count; ++i) greatest = std::fmax(greatest, std::fabs(x[first + i]));
    y->scale = FloatToHalf(std::fmin(greatest / 127.0f, 65504.0f));
    const float scale = HalfToFloat(y->scale);
    const float inverse = scale > 0.0f ? 1.0f / scale : 0.0f;
    for (int i = 0; i < kQ8Block; ++i) {
      const float rounded = i < count ? std::nearbyint(x[first + i] * inverse) : 0.0f;
      y->quants[i] = static_cast<std::int8_t>(std::fmax(-127.0f, std::fmin(127.0f, rounded)));
    }
  }
}

}  // namespace edgevlm
