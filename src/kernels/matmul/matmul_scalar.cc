#include <algorithm>

#include "kernels/matmul/matmul.h"

namespace edgevlm {
namespace {

float Sum(const float* x, const float* column, int inputs) {
  float sum = 0.0f;
  for (int k = 0; k < inputs; ++k) sum += x[k] * column[k * Weight::kPanelWidth];
  return sum;
}

}  // namespace

void MatMulScalar(const MatMulCall& call, const MatMulPart& part) {
  const Epilogue& epilogue = call.epilogue;
  const int last_output = std::min(part.last_panel * Weight::kPanelWidth, call.w.outputs());
  for (int t = part.first_row; t < part.last_row; ++t) {
    for (int n = part.first_panel * Weight::kPanelWidth; n < last_output; ++n) {
      const float* column = call.w.Panel(n / Weight::kPanelWidth) + n % Weight::kPanelWidth;
      const float sum = Sum(call.x.Row(t).data(), column, call.w.inputs());
      const float* bias = epilogue.bias.empty() ? nullptr : epilogue.bias.data() + n;
      const float* residual =
          epilogue.residual.data == nullptr ? nullptr : epilogue.residual.Row(t).data() + n;
      ActivationRowScalar(&sum, bias, residual, epilogue.activation, call.y.Row(t).data() + n, 1);
    }
  }
}

}  // namespace edgevlm
