#include <algorithm>
#include <cmath>

#include "kernels/activation/activation.h"

namespace edgevlm {
namespace {

float Gelu(float x) {
  constexpr float kSqrtTwoOverPi = 0.79788456f;
  return 0.5f * x * (1.0f + std::tanh(kSqrtTwoOverPi * (x + 0.044715f * x * x * x)));
}

// erfc does not cancel where x is far below 0.
float GeluErf(float x) {
  constexpr float kSqrtHalf = 0.70710678f;
  return 0.5f * x * std::erfc(-kSqrtHalf * x);
}

float Silu(float slope, float x) { return x / (1.0f + std::exp(-slope * x)); }

float HardSigmoid(float x) { return std::min(std::max(x + 3.0f, 0.0f), 6.0f) / 6.0f; }

float Apply(Activation activation, float x) {
  switch (activation) {
    case Activation::kNone:
      return x;
    case Activation::kGelu:
      return Gelu(x);
    case Activation::kGeluErf:
      return GeluErf(x);
    case Activation::kQuickGelu:
      return Silu(1.702f, x);
    case Activation::kSilu:
      return Silu(1.0f, x);
    case Activation::kRelu:
      return std::max(x, 0.0f);
    case Activation::kHardSwish:
      return x * HardSigmoid(x);
    case Activation::kHardSigmoid:
      return HardSigmoid(x);
  }
  return x;
}

}  // namespace

void ActivationRowScalar(const float* x, const RowEpilogue& end, float* y, int n) {
  for (int i = 0; i < n; ++i) {
    float value = x[i];
    if (end.bias != nullptr) value += end.bias[i];
    value = Apply(end.activation, value);
    if (end.factor != nullptr) value *= end.factor[i];
    if (end.residual != nullptr) value += end.residual[i];
    y[i] = value;
  }
}

}  // namespace edgevlm
