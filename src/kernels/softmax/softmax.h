// Softmax: scores to probabilities.
#pragma once

#include <span>

#include "kernels/variant.h"

namespace edgevlm {

// y[i] = exp(x[i] - max(x)) / sum_j exp(x[j] - max(x)); y may be x.
//   x, y  [n], n >= 0, no NaN, at least one value above -infinity
// Relative error against the scalar variant: (n + 8) * FLT_EPSILON, but results below 2^-125 may
// become 0. Cost O(n), in the caller's thread.
void Softmax(std::span<const float> x, std::span<float> y);

// For tests and benchmarks: every variant in this binary.
using SoftmaxRow = void (*)(const float* x, float* y, int n);
const VariantList<SoftmaxRow>& SoftmaxVariants();

void SoftmaxRowScalar(const float* x, float* y, int n);
HighwayVariants<SoftmaxRow> SoftmaxHighway();

}  // namespace edgevlm
