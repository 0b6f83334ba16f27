#include "kernels/matmul/int8/quantized_rows.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "kernels/row_chunks.h"

namespace edgevlm {
namespace {

constexpr int kAlignedFloats = 16;  // 64 bytes

int Parts(int inputs, int part) { return (inputs + part - 1) / part; }

int Aligned(int floats) { return (floats + kAlignedFloats - 1) / kAlignedFloats * kAlignedFloats; }

}  // namespace

QuantizedRowLayout QuantizedRowLayoutOf(int inputs, const Int8Rounding& rounding) {
  CHECK(inputs >= 0);
  QuantizedRowLayout layout;
  layout.scales = Aligned((inputs + 3) / 4);
  layout.sums = layout.scales + Parts(inputs, rounding.block);
  layout.value_sums = layout.sums + Parts(inputs, rounding.group);
  layout.floats = Aligned(layout.value_sums + Parts(inputs, rounding.group));
  return layout;
}

int MaxQuantizedRowFloats(int inputs) {
  int floats = QuantizedRowLayoutOf(inputs, Int8Rounding()).floats;
  for (const BlockFormat& format : kBlockFormats) {
    floats = std::max(floats, QuantizedRowLayoutOf(inputs, RoundingFor(format)).floats);
  }
  return floats;
}

QuantizedRows::QuantizedRows(View<float> memory, int inputs, const Int8Rounding& rounding)
    : memory_(memory),
      inputs_(inputs),
      rounding_(rounding),
      layout_(QuantizedRowLayoutOf(inputs, rounding)) {
  CHECK(memory.cols == layout_.floats);
  CHECK(rounding.rotation == 1 || inputs % rounding.group == 0);
}

const VariantList<QuantizeRowFunction>& QuantizeRowVariants() {
  static const VariantList<QuantizeRowFunction> kVariants(QuantizeRowHighway(), QuantizeRowScalar);
  return kVariants;
}

void QuantizeRows(View<const float> x, const QuantizedRows& rows, ThreadPool& pool) {
  static const QuantizeRowFunction kFunction = QuantizeRowVariants().Chosen();
  CHECK(x.rows == rows.rows() && x.cols == rows.inputs());
  ForRows(x.rows, x.cols, pool, [&](int row) { kFunction(x.Row(row).data(), rows, row); });
}

void DequantizeRow(const QuantizedRows& rows, int row, std::span<float> values) {
  const auto [group, block, rotation] = rows.rounding();
  CHECK(static_cast<int>(values.size()) == rows.inputs());
  std::array<std::int32_t, kInt8BlockInputs> rotated{};
  for (int first = 0; first < rows.inputs(); first += group) {
    const int count = std::min(group, rows.inputs() - first);
    std::copy_n(rows.Quants(row) + first, count, rotated.data());
    for (int i = 0; i < 4; ++i) Rotate(rotated.data() + i, rotation);
    const float scale = rows.Scales(row)[first / block];
    for (int i = 0; i < count; ++i) {
      values[static_cast<std::size_t>(first + i)] =
          scale * static_cast<float>(rotated[static_cast<std::size_t>(i)]);
    }
  }
}

}  // namespace edgevlm
