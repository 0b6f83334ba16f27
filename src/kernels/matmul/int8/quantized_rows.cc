#include "kernels/matmul/int8/quantized_rows.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "kernels/row_chunks.h"

namespace edgevlm {
namespace {

constexpr int kAlignedFloats = 16;  // 64 bytes

// All that RoundingFor returns.
constexpr std::array kRoundings = {Int8Rounding(), kRowRounding, Int8Rounding{32, 32, 1},
                                   Int8Rounding{32, 128, 8}, Int8Rounding{16, 128, 4}};
static_assert(std::ranges::all_of(kBlockFormats, [](const BlockFormat& format) {
  return std::ranges::find(kRoundings, RoundingFor(format)) != kRoundings.end();
}));

static_assert(std::ranges::all_of(kRoundings, [](const Int8Rounding& rounding) {
  return rounding.block == kInt8WholeRow ||
         (kMinInt8Block <= rounding.block && rounding.block <= kMaxInt8Block);
}));

int Parts(int inputs, int part) { return (inputs + part - 1) / part; }

int Aligned(int floats) { return (floats + kAlignedFloats - 1) / kAlignedFloats * kAlignedFloats; }

}  // namespace

QuantizedRowLayout QuantizedRowLayoutOf(int inputs, const Int8Rounding& rounding) {
  CHECK(inputs >= 0);
  QuantizedRowLayout layout;
  layout.scales = Aligned((inputs + 3) / 4);
  layout.bias_terms = layout.scales + Parts(inputs, rounding.block);
  layout.value_sums = layout.bias_terms + Parts(inputs, rounding.group);
  layout.floats = Aligned(layout.value_sums + Parts(inputs, rounding.group));
  return layout;
}

int MaxQuantizedRowFloats(int inputs) {
  int floats = 0;
  for (const Int8Rounding& rounding : kRoundings) {
    floats = std::max(floats, QuantizedRowLayoutOf(inputs, rounding).floats);
  }
  return floats;
}

QuantizedRows::QuantizedRows(View<float> memory, int inputs, const Int8Rounding& rounding)
    : memory_(memory),
      inputs_(inputs),
      rounding_(rounding),
      layout_(QuantizedRowLayoutOf(inputs, rounding)) {
  CHECK(memory.cols == layout_.floats);
  CHECK(rounding != kRowRounding || inputs <= kMaxInt8RowInputs);
  CHECK(!rounding.rotates_groups() || inputs % rounding.group == 0);
}

const VariantList<QuantizeInputsFunction>& QuantizeInputsVariants() {
  static const VariantList<QuantizeInputsFunction> kVariants(QuantizeInputsHighway(),
                                                             QuantizeInputsScalar);
  return kVariants;
}

void QuantizeRow(const float* x, const QuantizedRows& rows, int row) {
  static const QuantizeInputsFunction kFunction = QuantizeInputsVariants().Chosen();
  kFunction({x, row, 0, rows.inputs()}, rows);
}

void QuantizeRows(View<const float> x, const QuantizedRows& rows, ThreadPool& pool) {
  CHECK(x.rows == rows.rows() && x.cols == rows.inputs());
  ForRows(x.rows, x.cols, pool, [&](int row) { QuantizeRow(x.Row(row).data(), rows, row); });
}

void DequantizeRow(const QuantizedRows& rows, int row, std::span<float> values) {
  const Int8Rounding& rounding = rows.rounding();
  CHECK(static_cast<int>(values.size()) == rows.inputs());
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = static_cast<float>(rows.Quants(row)[k]);
  }
  // Exact: sums of at most 8 quants.
  for (int first = 0; rounding.rotates_groups() && first < rows.inputs(); first += rounding.group) {
    for (int i = 0; i < 4; ++i) Rotate(values.data() + first + i, rounding.rotation, 4);
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] *= rows.Scales(row)[k / static_cast<std::size_t>(rounding.block)];
  }
  if (rounding.rotates_rows()) UnrotateRow(values);
}

}  // namespace edgevlm
