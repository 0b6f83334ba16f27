// Percentiles of a small sample.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace edgevlm {

// Nearest rank: the smallest value that at least `percent` percent of the values do not exceed; 0
// for no values. By value, since it is partially sorted. O(n). REQUIRES: 0 <= percent <= 100.
inline double Percentile(std::vector<double> values, double percent) {
  if (values.empty()) return 0;
  const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
  const std::size_t index = rank < 1 ? 0 : static_cast<std::size_t>(rank) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index),
                   values.end());
  return values[index];
}

}  // namespace edgevlm
