#include "kernels/matmul/bf16/bf16_rows.h"
#include "tensor/half.h"

namespace edgevlm {

void RoundRowToBf16Scalar(const float* x, const Bf16Rows& rows, int row) {
  std::uint32_t* pairs = rows.Pairs(row);
  for (int i = 0; i < rows.pairs(); ++i) {
    const std::uint32_t low = FloatToBFloat16(x[2 * i]);
    const std::uint32_t high = 2 * i + 1 < rows.inputs() ? FloatToBFloat16(x[2 * i + 1]) : 0u;
    pairs[i] = high << 16 | low;
  }
}

}  // namespace edgevlm
