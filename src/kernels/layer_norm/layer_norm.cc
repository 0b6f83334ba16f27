#include "kernels/layer_norm/layer_norm.h"

namespace edgevlm {

const VariantList<LayerNormRow>& LayerNormVariants() {
  static const VariantList<LayerNormRow> kVariants(LayerNormHighway(), LayerNormRowScalar);
  return kVariants;
}

void LayerNorm(View<const float> x, std::span<const float> gain, std::span<const float> bias,
               float epsilon, View<float> y) {
  CHECK(x.rows == y.rows && x.cols == y.cols);
  CHECK(static_cast<int>(gain.size()) == x.cols && static_cast<int>(bias.size()) == x.cols);
  static const LayerNormRow kRow = LayerNormVariants().Chosen();
  for (int t = 0; t < x.rows; ++t) {
    kRow(x.Row(t).data(), gain.data(), bias.data(), epsilon, y.Row(t).data(), x.cols);
  }
}

}  // namespace edgevlm
