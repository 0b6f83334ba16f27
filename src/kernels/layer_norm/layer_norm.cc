#include "kernels/layer_norm/layer_norm.h"

#include "kernels/row_chunks.h"

namespace edgevlm {

const VariantList<LayerNormRow>& LayerNormVariants() {
  static const VariantList<LayerNormRow> kVariants(LayerNormHighway(), LayerNormRowScalar);
  return kVariants;
}

void LayerNorm(View<const float> x, std::span<const float> gain, std::span<const float> bias,
               float epsilon, View<float> y, ThreadPool& pool) {
  CHECK(x.rows == y.rows && x.cols == y.cols);
  CHECK(static_cast<int>(gain.size()) == x.cols && static_cast<int>(bias.size()) == x.cols);
  static const LayerNormRow kRow = LayerNormVariants().Chosen();
  ForRows(x.rows, x.cols, pool, [&](int t) {
    kRow(x.Row(t).data(), gain.data(), bias.data(), epsilon, y.Row(t).data(), x.cols);
  });
}

}  // namespace edgevlm
