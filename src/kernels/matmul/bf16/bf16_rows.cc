#include "kernels/matmul/bf16/bf16_rows.h"

#include "base/check.h"
#include "kernels/row_chunks.h"

namespace edgevlm {

Bf16Rows::Bf16Rows(View<float> memory, int inputs) : memory_(memory), inputs_(inputs) {
  CHECK(memory.cols == Columns(inputs));
}

const VariantList<RoundRowToBf16Function>& RoundRowToBf16Variants() {
  static const VariantList<RoundRowToBf16Function> kVariants(RoundRowToBf16Highway(),
                                                             RoundRowToBf16Scalar);
  return kVariants;
}

void RoundToBf16(View<const float> x, const Bf16Rows& rows, ThreadPool& pool) {
  static const RoundRowToBf16Function kFunction = RoundRowToBf16Variants().Chosen();
  CHECK(x.rows == rows.rows() && x.cols == rows.inputs());
  ForRows(x.rows, x.cols, pool, [&](int row) { kFunction(x.Row(row).data(), rows, row); });
}

}  // namespace edgevlm
