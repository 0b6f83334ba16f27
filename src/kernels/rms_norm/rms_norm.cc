#include "kernels/rms_norm/rms_norm.h"

#include "kernels/row_chunks.h"

namespace edgevlm {

const VariantList<RmsNormRow>& RmsNormVariants() {
  static const VariantList<RmsNormRow> kVariants(RmsNormHighway(), RmsNormRowScalar);
  return kVariants;
}

void RmsNorm(View<const float> x, std::span<const float> gain, float epsilon, View<float> y,
             ThreadPool& pool) {
  CHECK(x.rows == y.rows && x.cols == y.cols && static_cast<int>(gain.size()) == x.cols);
  static const RmsNormRow kRow = RmsNormVariants().Chosen();
  ForRows(x.rows, x.cols, pool,
          [&](int t) { kRow(x.Row(t).data(), gain.data(), epsilon, y.Row(t).data(), x.cols); });
}

}  // namespace edgevlm
