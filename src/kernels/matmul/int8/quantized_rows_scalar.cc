#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/matmul/int8/quantized_rows.h"

namespace edgevlm {
namespace {

// The block of `count` inputs that starts at input `first`.
void QuantizeBlock(const float* x, const QuantizedRows& rows, int row, int first, int count) {
  const Int8Rounding& rounding = rows.rounding();
  std::vector<float> values(x, x + count);
  if (rounding.rotates_rows()) RotateRow(values);
  for (int at = 0; rounding.rotates_groups() && at < count; at += rounding.group) {
    for (int i = 0; i < 4; ++i) Rotate(values.data() + at + i, rounding.rotation, 4);
  }
  float greatest = 0.0f;
  bool finite = true;
  for (const float value : values) {
    greatest = std::max(greatest, std::fabs(value));
    finite = finite && std::isfinite(value);
  }
  const float inverse = 127.0f / greatest;
  const float size = rounding.rotates_groups() ? static_cast<float>(rounding.rotation) : 1.0f;
  const float scale = greatest / 127.0f / size;
  rows.Scales(row)[first / rounding.block] =
      finite ? scale : std::numeric_limits<float>::quiet_NaN();
  // Values that are not finite, or so small that 127 / greatest overflows, get quants of 0.
  if (!finite || !std::isfinite(inverse)) return;
  for (int i = 0; i < count; ++i) {
    const float scaled = values[static_cast<std::size_t>(i)] * inverse;
    rows.Quants(row)[first + i] = static_cast<std::int8_t>(std::nearbyint(scaled));
  }
}

}  // namespace

void QuantizeInputsScalar(const RowInputs& in, const QuantizedRows& rows) {
  const auto [group, block, rotation] = rows.rounding();
  const bool rotates_groups = rows.rounding().rotates_groups();
  const int row = in.row, end = in.first + in.count;
  std::int8_t* quants = rows.Quants(row);
  std::fill(quants + in.first, quants + (end == rows.inputs() ? (end + 63) / 64 * 64 : end),
            std::int8_t{0});
  for (int first = in.first; first < end; first += block) {
    QuantizeBlock(in.x + (first - in.first), rows, row, first, std::min(block, end - first));
  }
  for (int first = in.first; first < end; first += group) {
    int sum = 0, first_four = 0;
    for (int i = first; i < std::min(end, first + group); ++i) {
      sum -= quants[i];
      if (i < first + 4) first_four -= quants[i];
    }
    rows.BiasTerms(row)[first / group] = sum * (1 << kBiasBits);
    rows.NegatedValueSums(row)[first / group] = rotates_groups ? rotation * first_four : sum;
  }
}

}  // namespace edgevlm
