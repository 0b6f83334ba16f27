#include <algorithm>
#include <span>

#include "kernels/matmul/matmul.h"

namespace edgevlm {
namespace {

// sum_k x[k] * w[output, k]
float Sum(const float* x, const Weight& w, int output) {
  constexpr int kChunk = 256;
  float values[kChunk];
  float sum = 0.0f;
  for (int first = 0; first < w.inputs(); first += kChunk) {
    const int count = std::min(kChunk, w.inputs() - first);
    w.CopyRow(output, std::span(values, static_cast<std::size_t>(count)), first);
    for (int k = 0; k < count; ++k) sum += x[first + k] * values[k];
  }
  return sum;
}

}  // namespace

void MatMulScalar(const MatMulCall& call, const MatMulPart& part) {
  const Epilogue& epilogue = call.epilogue;
  const int last_output = std::min(part.last_panel * Weight::kPanelWidth, call.w.outputs());
  for (int t = part.first_row; t < part.last_row; ++t) {
    for (int n = part.first_panel * Weight::kPanelWidth; n < last_output; ++n) {
      const float sum = Sum(call.x.Row(t).data(), call.w, n);
      const float* bias = epilogue.bias.empty() ? nullptr : epilogue.bias.data() + n;
      const float* residual =
          epilogue.residual.data == nullptr ? nullptr : epilogue.residual.Row(t).data() + n;
      ActivationRowScalar(&sum, bias, residual, epilogue.activation, call.y.Row(t).data() + n, 1);
    }
  }
}

}  // namespace edgevlm
