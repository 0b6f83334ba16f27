#include "kernels/attention/partials.h"

#include <algorithm>
#include <cmath>

namespace edgevlm {

void JoinRow(const Partials& next, const Partials& into, int width) {
  const float highest = std::max(*into.highest, *next.highest);
  const float rescale = std::exp2(*into.highest - highest);
  const float weight = std::exp2(*next.highest - highest);
  for (int i = 0; i < width; ++i) into.sums[i] = into.sums[i] * rescale + next.sums[i] * weight;
  *into.total = *into.total * rescale + *next.total * weight;
  *into.highest = highest;
}

void NormalizeRow(const Partials& row, int width, float* out) {
  const float scale = 1.0f / *row.total;
  for (int i = 0; i < width; ++i) out[i] = row.sums[i] * scale;
}

}  // namespace edgevlm
