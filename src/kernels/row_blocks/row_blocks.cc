#include "kernels/row_blocks/row_blocks.h"

namespace edgevlm {

const VariantList<WriteRowBlocksFunction>& WriteRowBlocksVariants() {
  static const VariantList<WriteRowBlocksFunction> kVariants(WriteRowBlocksHighway(),
                                                             WriteRowBlocksScalar);
  return kVariants;
}

void WriteRowBlocks(std::span<const float> x, BlockQ8_0* y) {
  static const WriteRowBlocksFunction kRow = WriteRowBlocksVariants().Chosen();
  kRow(x.data(), y, static_cast<int>(x.size()));
}

}  // namespace edgevlm
