#include "kernels/matmul/int8/quantized_rows.h"

#include "base/check.h"
#include "kernels/row_chunks.h"

namespace edgevlm {
namespace {

constexpr int kAlignedFloats = 16;  // 64 bytes

int Groups(int inputs, int group) { return (inputs + group - 1) / group; }

int Aligned(int floats) { return (floats + kAlignedFloats - 1) / kAlignedFloats * kAlignedFloats; }

}  // namespace

QuantizedRowLayout QuantizedRowLayoutOf(int inputs) {
  CHECK(inputs >= 0);
  QuantizedRowLayout layout;
  layout.scales = Aligned((inputs + 3) / 4);
  layout.sums16 = layout.scales + Groups(inputs, kInt8BlockInputs);
  layout.sums32 = layout.sums16 + Groups(inputs, 16);
  layout.sums128 = layout.sums32 + Groups(inputs, 32);
  layout.floats = Aligned(layout.sums128 + Groups(inputs, 128));
  return layout;
}

QuantizedRows::QuantizedRows(View<float> memory, int inputs)
    : memory_(memory), inputs_(inputs), layout_(QuantizedRowLayoutOf(inputs)) {
  CHECK(memory.cols == layout_.floats);
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

}  // namespace edgevlm
