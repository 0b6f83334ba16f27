// Activation functions, and the fused epilogue of operations that end with one.
#pragma once

#include <span>

#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

enum class Activation {
  kNone,         // x
  kGelu,         // 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))); Hendrycks and Gimpel 2016
  kGeluErf,      // 0.5 x (1 + erf(x / sqrt(2))); the same, not approximated
  kQuickGelu,    // x / (1 + exp(-1.702 x)); the same
  kSilu,         // x / (1 + exp(-x)); the same
  kRelu,         // max(x, 0)
  kHardSwish,    // x * min(max(x + 3, 0), 6) / 6; Howard et al. 2019, "MobileNetV3"
  kHardSigmoid,  // min(max(x + 3, 0), 6) / 6; the same
};

// The epilogue for neighboring sums of one row: activation(sum + bias) * factor + residual. Null:
// none.
struct RowEpilogue {
  const float* bias = nullptr;
  Activation activation = Activation::kNone;
  const float* factor = nullptr;
  const float* residual = nullptr;
};

// The epilogue for all rows of an operation. The factor is the other half of a gated MLP (Shazeer
// 2020, "GLU Variants Improve Transformer").
struct Epilogue {
  std::span<const float> bias = {};  // [N], or empty for none
  Activation activation = Activation::kNone;
  View<const float> factor = {};    // [T, N], or empty for none; may be the output itself
  View<const float> residual = {};  // likewise

  // For row t, from output n on.
  RowEpilogue Row(int t, int n) const {
    return {.bias = bias.empty() ? nullptr : bias.data() + n,
            .activation = activation,
            .factor = factor.data == nullptr ? nullptr : factor.Row(t).data() + n,
            .residual = residual.data == nullptr ? nullptr : residual.Row(t).data() + n};
  }
};

// y[t, i] = activation(x[t, i]); y may be x.
//   x, y  [T, N]
// Error against the scalar variant: those with exp 8 * FLT_EPSILON * (|x| + 1), the others 2 *
// FLT_EPSILON * (|x| + 1). Cost O(T * N), in the caller's thread.
void Activate(View<const float> x, Activation activation, View<float> y);

// For tests, benchmarks and other kernels: n values of a row. y may be x, factor or residual.
using ActivationRow = void (*)(const float* x, const RowEpilogue& end, float* y, int n);
const VariantList<ActivationRow>& ActivationVariants();

void ActivationRowScalar(const float* x, const RowEpilogue& end, float* y, int n);
HighwayVariants<ActivationRow> ActivationHighway();

}  // namespace edgevlm
