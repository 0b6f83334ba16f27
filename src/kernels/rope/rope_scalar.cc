#include "kernels/rope/rope.h"

namespace edgevlm {

void RopeRowScalar(float* x, const float* table, const RopeRowShape& shape) {
  const float* cosine = table;
  const float* sine = table + shape.rotated;
  const int half = shape.rotated / 2;
  for (int head = 0; head < shape.heads; ++head, x += shape.head_width) {
    for (int pair = 0; pair < half; ++pair) {
      const int first = shape.pairs == RopePairs::kHalves ? pair : 2 * pair;
      const int second = shape.pairs == RopePairs::kHalves ? pair + half : 2 * pair + 1;
      const float a = x[first], b = x[second];
      x[first] = a * cosine[first] + b * sine[first];
      x[second] = b * cosine[second] + a * sine[second];
    }
  }
}

}  // namespace edgevlm
