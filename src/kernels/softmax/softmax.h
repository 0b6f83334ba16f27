// Softmax: scores to probabilities, and the logarithm of what they are divided by.
#pragma once

#include <span>

#include "kernels/variant.h"

namespace edgevlm {

// y[i] = exp(x[i] - max(x)) / sum_j exp(x[j] - max(x)); y may be x.
//   x, y  [n], n >= 0, no NaN, at least one value above -infinity
// Relative error against the scalar variant: (n + 8) * FLT_EPSILON, but results below 2^-125 may
// become 0. Cost O(n), in the caller's thread.
void Softmax(std::span<const float> x, std::span<float> y);

// log(sum_i exp(x[i])) = greatest + rest. Added up, the rest would be lost beside large scores.
struct LogSumExp {
  float greatest = 0;  // max(x)
  float rest = 0;      // log(sum_i exp(x[i] - greatest)), in [0, log(n)]
};

// The log-sum-exp of x [n], n >= 1, no NaN; its rest is 0 where no value is above -infinity. Error
// of the rest against the scalar variant: (n + 8) * FLT_EPSILON. Cost O(n), in the caller's thread.
LogSumExp ComputeLogSumExp(std::span<const float> x);

// For tests and benchmarks: every variant in this binary.
using SoftmaxRow = void (*)(const float* x, float* y, int n);
const VariantList<SoftmaxRow>& SoftmaxVariants();

void SoftmaxRowScalar(const float* x, float* y, int n);
HighwayVariants<SoftmaxRow> SoftmaxHighway();

using LogSumExpFunction = LogSumExp (*)(const float* x, int n);
const VariantList<LogSumExpFunction>& LogSumExpVariants();

LogSumExp LogSumExpScalar(const float* x, int n);
HighwayVariants<LogSumExpFunction> LogSumExpHighway();

}  // namespace edgevlm
