#include "kernels/activation/activation.h"

namespace edgevlm {

const VariantList<ActivationRow>& ActivationVariants() {
  static const VariantList<ActivationRow> kVariants(ActivationHighway(), ActivationRowScalar);
  return kVariants;
}

void Activate(View<const float> x, Activation activation, View<float> y) {
  CHECK(x.rows == y.rows && x.cols == y.cols);
  static const ActivationRow kRow = ActivationVariants().Chosen();
  for (int t = 0; t < x.rows; ++t) {
    kRow(x.Row(t).data(), {.activation = activation}, y.Row(t).data(), x.cols);
  }
}

}  // namespace edgevlm
