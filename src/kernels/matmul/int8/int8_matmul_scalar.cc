#include <algorithm>
#include <cmath>

#include "kernels/matmul/every_output.h"
#include "kernels/matmul/int8/int8_matmul.h"

namespace edgevlm {
namespace {

// sum_k x[k] * w[output, k]
float Sum(const QuantizedRows& x, int row, const Weight& w, int output) {
  const int group = w.group();
  float total = 0.0f;
  for (int block = 0; block < w.inputs(); block += kInt8BlockInputs) {
    float part = 0.0f;
    for (int k = block; k < std::min(w.inputs(), block + kInt8BlockInputs); k += group) {
      const Weight::Group values = w.ReadGroup(output, k);
      int sum = 0;
      for (int i = 0; i < values.count; ++i) {
        sum += x.Quants(row)[k + i] * values.quants[static_cast<std::size_t>(i)];
      }
      part = std::fma(static_cast<float>(sum), values.scale, part);
      if (values.minimum == 0.0f) continue;
      const std::int32_t negated_sum = x.NegatedSums(row, group)[k / group];
      part = std::fma(values.minimum, static_cast<float>(negated_sum), part);
    }
    total = std::fma(part, x.Scales(row)[block / kInt8BlockInputs], total);
  }
  return total;
}

}  // namespace

void Int8MatMulScalar(const Int8MatMulCall& call, const MatMulPart& part) {
  EveryOutput(call, part, [&](int t, int n) { return Sum(call.x, t, call.w, n); });
}

}  // namespace edgevlm
