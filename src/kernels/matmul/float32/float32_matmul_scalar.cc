#include <algorithm>
#include <span>

#include "kernels/matmul/every_output.h"
#include "kernels/matmul/float32/float32_matmul.h"

namespace edgevlm {
namespace {

// sum_k x[k] * w[output, k]
float Sum(const float* x, const Weight& w, int output) {
  constexpr int kAtOnce = 256;
  float values[kAtOnce];
  float sum = 0.0f;
  for (int first = 0; first < w.inputs(); first += kAtOnce) {
    const int count = std::min(kAtOnce, w.inputs() - first);
    w.CopyRow(output, std::span(values, static_cast<std::size_t>(count)), first);
    for (int k = 0; k < count; ++k) sum += x[first + k] * values[k];
  }
  return sum;
}

}  // namespace

void Float32MatMulScalar(const Float32MatMulCall& call, const MatMulPart& part) {
  EveryOutput(call, part, [&](int t, int n) { return Sum(call.x.Row(t).data(), call.w, n); });
}

}  // namespace edgevlm
