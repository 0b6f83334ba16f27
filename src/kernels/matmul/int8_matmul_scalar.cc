#include <algorithm>
#include <cmath>

#include "kernels/matmul/int8_matmul.h"

namespace edgevlm {
namespace {

// sum_k x[k] * w[output, k]
float Sum(const Int8Rows& x, int row, const Weight& w, int output) {
  const int group = w.group();
  float total = 0.0f;
  for (int block = 0; block < w.inputs(); block += kInt8BlockInputs) {
    float part = 0.0f;
    for (int k = block; k < std::min(w.inputs(), block + kInt8BlockInputs); k += group) {
      const Weight::Group values = w.ReadGroup(output, k);
      int sum = 0;
      for (int i = 0; i < values.count; ++i) {
        sum += x.Levels(row)[k + i] * values.levels[static_cast<std::size_t>(i)];
      }
      part = std::fma(static_cast<float>(sum), values.scale, part);
      if (values.minimum == 0.0f) continue;
      part =
          std::fma(values.minimum, static_cast<float>(x.NegatedSums(row, group)[k / group]), part);
    }
    total = std::fma(part, x.Scales(row)[block / kInt8BlockInputs], total);
  }
  return total;
}

}  // namespace

void Int8MatMulScalar(const Int8MatMulCall& call, const MatMulPart& part) {
  const Epilogue& epilogue = call.epilogue;
  const int last_output = std::min(part.last_panel * Weight::kPanelWidth, call.w.outputs());
  for (int t = part.first_row; t < part.last_row; ++t) {
    for (int n = part.first_panel * Weight::kPanelWidth; n < last_output; ++n) {
      const float sum = Sum(call.x, t, call.w, n);
      const float* bias = epilogue.bias.empty() ? nullptr : epilogue.bias.data() + n;
      const float* residual =
          epilogue.residual.data == nullptr ? nullptr : epilogue.residual.Row(t).data() + n;
      ActivationRowScalar(&sum, bias, residual, epilogue.activation, call.y.Row(t).data() + n, 1);
    }
  }
}

}  // namespace edgevlm
