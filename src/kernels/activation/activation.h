// Activations, and the fused end of an operation that uses one.
#pragma once

#include <span>

#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

enum class Activation {
  kNone,         // x
  kGelu,         // 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))); Hendrycks and Gimpel 2016
  kQuickGelu,    // x / (1 + exp(-1.702 x)); the same
  kSilu,         // x / (1 + exp(-x)); the same
  kRelu,         // max(x, 0)
  kHardSwish,    // x * min(max(x + 3, 0), 6) / 6; Howard et al. 2019, "MobileNetV3"
  kHardSigmoid,  // min(max(x + 3, 0), 6) / 6; the same
};

// What an operation does with a sum before it stores it: activation(sum + bias) + residual.
struct Epilogue {
  std::span<const float> bias = {};  // [N], or empty for none
  Activation activation = Activation::kNone;
  View<const float> residual = {};  // [T, N], or empty for none; may be the output itself
};

// y[t, i] = activation(x[t, i]); y may be x.
//   x, y  [T, N]
// Error against the scalar variant: those with exp 8 * FLT_EPSILON * (|x| + 1), the others 2 *
// FLT_EPSILON * (|x| + 1). Cost O(T * N), in the caller's thread.
void Activate(View<const float> x, Activation activation, View<float> y);

// For tests, benchmarks and other kernels: one row of n values,
// y[i] = activation(x[i] + bias[i]) + residual[i]. bias and residual may be null; y may be x or
// residual.
using ActivationRow = void (*)(const float* x, const float* bias, const float* residual,
                               Activation activation, float* y, int n);
const VariantList<ActivationRow>& ActivationVariants();

void ActivationRowScalar(const float* x, const float* bias, const float* residual,
                         Activation activation, float* y, int n);
HighwayVariants<ActivationRow> ActivationHighway();

}  // namespace edgevlm
