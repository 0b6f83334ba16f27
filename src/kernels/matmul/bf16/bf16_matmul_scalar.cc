#include <span>

#include "kernels/matmul/bf16/bf16_matmul.h"
#include "kernels/matmul/every_output.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

// sum_k x[k] * w[output, k]
float Sum(const Bf16Rows& x, int row, const Weight& w, int output) {
  const std::uint32_t* pairs = x.Pairs(row);
  float sum = 0.0f;
  for (int k = 0; k < w.inputs(); ++k) {
    const std::uint32_t pair = pairs[k / 2];
    float weight = 0.0f;
    w.CopyRow(output, std::span(&weight, 1), k);
    sum += BFloat16ToFloat(static_cast<std::uint16_t>(k % 2 == 0 ? pair : pair >> 16)) * weight;
  }
  return sum;
}

}  // namespace

void Bf16MatMulScalar(const Bf16MatMulCall& call, const MatMulPart& part) {
  EveryOutput(call, part, [&](int t, int n) { return Sum(call.x, t, call.w, n); });
}

}  // namespace edgevlm
