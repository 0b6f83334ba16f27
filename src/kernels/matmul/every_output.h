// The loop over outputs that the scalar variants of all MatMuls have in common.
#pragma once

#include <algorithm>

#include "kernels/activation/activation.h"
#include "kernels/matmul/matmul_part.h"
#include "tensor/weight.h"

namespace edgevlm {

// y[t, n - first_output] = epilogue(sum(t, n)) for every row and output n of the part.
template <class Call, class Sum>
void EveryOutput(const Call& call, const MatMulPart& part, const Sum& sum, int first_output = 0) {
  const int last_output = std::min(part.last_panel * Weight::kPanelWidth, call.w.outputs());
  for (int t = part.first_row; t < part.last_row; ++t) {
    for (int n = part.first_panel * Weight::kPanelWidth; n < last_output; ++n) {
      const float value = sum(t, n);
      const int column = n - first_output;
      ActivationRowScalar(&value, call.epilogue.Row(t, column), call.y.Row(t).data() + column, 1);
    }
  }
}

}  // namespace edgevlm
