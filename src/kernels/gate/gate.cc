#include "kernels/gate/gate.h"

#include "kernels/row_shares.h"

namespace edgevlm {

const VariantList<GateRow>& GateVariants() {
  static const VariantList<GateRow> kVariants(GateHighway(), GateRowScalar);
  return kVariants;
}

void Gate(View<const float> gate, View<const float> up, View<float> y, ThreadPool& pool) {
  CHECK(gate.rows == up.rows && gate.cols == up.cols);
  CHECK(gate.rows == y.rows && gate.cols == y.cols);
  static const GateRow kRow = GateVariants().Chosen();
  ForRows(y.rows, y.cols, pool,
          [&](int t) { kRow(gate.Row(t).data(), up.Row(t).data(), y.Row(t).data(), y.cols); });
}

}  // namespace edgevlm
