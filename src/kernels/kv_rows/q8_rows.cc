#include "kernels/kv_rows/q8_rows.h"

namespace edgevlm {

const VariantList<QuantizeQ8RowFunction>& QuantizeQ8RowVariants() {
  static const VariantList<QuantizeQ8RowFunction> kVariants(QuantizeQ8RowHighway(),
                                                            QuantizeQ8RowScalar);
  return kVariants;
}

void QuantizeQ8Row(std::span<const float> x, BlockQ8_0* y) {
  static const QuantizeQ8RowFunction kRow = QuantizeQ8RowVariants().Chosen();
  kRow(x.data(), y, static_cast<int>(x.size()));
}

}  // namespace edgevlm
