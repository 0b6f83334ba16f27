#include "kernels/matmul/pair_rows.h"

#include "base/check.h"
#include "kernels/row_shares.h"
#include "tensor/half.h"

namespace edgevlm {

PairRows::PairRows(View<float> memory, int inputs) : memory_(memory), inputs_(inputs) {
  CHECK(memory.cols == Columns(inputs));
}

void PairUpScalar(const float* x, const PairRows& rows, int row) {
  std::uint32_t* pairs = rows.Pairs(row);
  for (int i = 0; i < rows.pairs(); ++i) {
    const std::uint32_t low = FloatToBFloat16(x[2 * i]);
    const std::uint32_t high = 2 * i + 1 < rows.inputs() ? FloatToBFloat16(x[2 * i + 1]) : 0u;
    pairs[i] = high << 16 | low;
  }
}

const VariantList<PairUpFunction>& PairUpVariants() {
  static const VariantList<PairUpFunction> kVariants(PairUpHighway(), PairUpScalar);
  return kVariants;
}

void PairUp(View<const float> x, const PairRows& rows, ThreadPool& pool) {
  static const PairUpFunction kFunction = PairUpVariants().Chosen();
  CHECK(x.rows == rows.rows() && x.cols == rows.inputs());
  ForRows(x.rows, x.cols, pool, [&](int row) { kFunction(x.Row(row).data(), rows, row); });
}

}  // namespace edgevlm
