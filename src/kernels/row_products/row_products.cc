#include "kernels/row_products/row_products.h"

namespace edgevlm {

const VariantList<RowProductsFunction>& RowProductsVariants() {
  static const VariantList<RowProductsFunction> kVariants(RowProductsHighway(), RowProductsScalar);
  return kVariants;
}

void RowProducts(View<const float> a, View<const float> b, View<float> y) {
  CHECK(a.cols == b.cols && a.cols >= 1 && y.rows == a.rows && y.cols == b.rows);
  static const RowProductsFunction kFunction = RowProductsVariants().Chosen();
  kFunction(a, b, y);
}

}  // namespace edgevlm
