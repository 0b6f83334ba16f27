#include "kernels/attention/partials.h"

#include <algorithm>
#include <cmath>

namespace edgevlm {

void JoinRow(const Partials& next, const Partials& into, int width) {
  const float highest = std::max(*into.highest, *next.highest);
  const float shrink = std::exp2(*into.highest - highest);
  const float share = std::exp2(*next.highest - highest);
  for (int i = 0; i < width; ++i) into.sums[i] = into.sums[i] * shrink + next.sums[i] * share;
  *into.total = *into.total * shrink + *next.total * share;
  *into.highest = highest;
}

void FinishRow(const Partials& row, int width, float* out) {
  const float scale = 1.0f / *row.total;
  for (int i = 0; i < width; ++i) out[i] = row.sums[i] * scale;
}

}  // namespace edgevlm
