#include "kernels/row_products/row_products.h"

namespace edgevlm {

void RowProductsScalar(View<const float> a, View<const float> b, View<float> y) {
  for (int i = 0; i < a.rows; ++i) {
    for (int j = 0; j < b.rows; ++j) {
      float sum = 0.0f;
      for (int k = 0; k < a.cols; ++k) sum += a.Row(i).data()[k] * b.Row(j).data()[k];
      y.Row(i).data()[j] = sum;
    }
  }
}

}  // namespace edgevlm
