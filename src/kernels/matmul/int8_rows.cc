#include "kernels/matmul/int8_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "kernels/row_shares.h"

namespace edgevlm {
namespace {

constexpr int kAlignedFloats = 16;  // 64 bytes

int Groups(int inputs, int group) { return (inputs + group - 1) / group; }

int Aligned(int floats) { return (floats + kAlignedFloats - 1) / kAlignedFloats * kAlignedFloats; }

}  // namespace

Int8RowLayout Int8LayoutOf(int inputs) {
  CHECK(inputs >= 0);
  Int8RowLayout layout;
  layout.scales = Aligned((inputs + 3) / 4);
  layout.sums16 = layout.scales + Groups(inputs, kInt8BlockInputs);
  layout.sums32 = layout.sums16 + Groups(inputs, 16);
  layout.sums128 = layout.sums32 + Groups(inputs, 32);
  layout.floats = Aligned(layout.sums128 + Groups(inputs, 128));
  return layout;
}

Int8Rows::Int8Rows(View<float> memory, int inputs)
    : memory_(memory), inputs_(inputs), layout_(Int8LayoutOf(inputs)) {
  CHECK(memory.cols == layout_.floats);
}

void QuantizeRowScalar(const float* x, const Int8Rows& rows, int row) {
  const int inputs = rows.inputs();
  std::int8_t* levels = rows.Levels(row);
  std::fill_n(levels, (inputs + 63) / 64 * 64, std::int8_t{0});
  for (int first = 0; first < inputs; first += kInt8BlockInputs) {
    const int count = std::min(kInt8BlockInputs, inputs - first);
    float greatest = 0.0f;
    bool finite = true;
    for (int i = first; i < first + count; ++i) {
      greatest = std::max(greatest, std::fabs(x[i]));
      finite = finite && std::isfinite(x[i]);
    }
    const float inverse = 127.0f / greatest;
    rows.Scales(row)[first / kInt8BlockInputs] =
        finite ? greatest / 127.0f : std::numeric_limits<float>::quiet_NaN();
    // No level can stand for a value that is not finite, nor for one next to nothing.
    if (!finite || !std::isfinite(inverse)) continue;
    for (int i = first; i < first + count; ++i) {
      levels[i] = static_cast<std::int8_t>(std::nearbyint(x[i] * inverse));
    }
  }
  for (const int group : {16, 32, 128}) {
    for (int first = 0; first < inputs; first += group) {
      int sum = 0;
      for (int i = first; i < std::min(inputs, first + group); ++i) sum -= levels[i];
      rows.NegatedSums(row, group)[first / group] = sum;
    }
  }
}

const VariantList<QuantizeRowFunction>& QuantizeRowVariants() {
  static const VariantList<QuantizeRowFunction> kVariants(QuantizeRowHighway(), QuantizeRowScalar);
  return kVariants;
}

void QuantizeRows(View<const float> x, const Int8Rows& rows, ThreadPool& pool) {
  static const QuantizeRowFunction kFunction = QuantizeRowVariants().Chosen();
  CHECK(x.rows == rows.rows() && x.cols == rows.inputs());
  ForRows(x.rows, x.cols, pool, [&](int row) { kFunction(x.Row(row).data(), rows, row); });
}

}  // namespace edgevlm
