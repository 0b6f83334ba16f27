#include <algorithm>

#include "base/check.h"
#include "kernels/resample/resample.h"

namespace edgevlm {
namespace {

// Sums `count` values that lie `stride` apart, rounds, and clamps to a byte.
std::uint8_t WeightedSum(const std::uint8_t* values, std::ptrdiff_t stride,
                         const std::int32_t* weights, int count) {
  std::int32_t sum = 1 << (kWeightBits - 1);
  for (int t = 0; t < count; ++t) sum += weights[t] * values[t * stride];
  return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

}  // namespace

void ResampleRowsScalar(View<const std::uint8_t> in, const ResampleAxis& axis,
                        View<std::uint8_t> out) {
  CHECK(in.rows == out.rows && in.cols == axis.in * 3 && out.cols == axis.out * 3);
  for (int y = 0; y < in.rows; ++y) {
    for (int x = 0; x < axis.out; ++x) {
      const auto at = static_cast<std::size_t>(x);
      const std::int32_t* weights = &axis.weights[at * static_cast<std::size_t>(axis.taps)];
      for (int c = 0; c < 3; ++c) {
        const std::uint8_t* values = in.Row(y).data() + axis.first[at] * 3 + c;
        out.Row(y)[at * 3 + static_cast<std::size_t>(c)] =
            WeightedSum(values, 3, weights, axis.count[at]);
      }
    }
  }
}

void ResampleColumnsScalar(View<const std::uint8_t> in, const ResampleAxis& axis, int begin,
                           View<std::uint8_t> out) {
  CHECK(in.rows == axis.in && in.cols == out.cols && begin >= 0 && begin + out.rows <= axis.out);
  for (int y = 0; y < out.rows; ++y) {
    const auto at = static_cast<std::size_t>(begin + y);
    const std::int32_t* weights = &axis.weights[at * static_cast<std::size_t>(axis.taps)];
    for (int i = 0; i < out.cols; ++i) {
      const std::uint8_t* values = in.Row(axis.first[at]).data() + i;
      out.Row(y)[static_cast<std::size_t>(i)] =
          WeightedSum(values, in.stride, weights, axis.count[at]);
    }
  }
}

}  // namespace edgevlm
