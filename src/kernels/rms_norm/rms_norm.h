// Root mean square normalization (Zhang and Sennrich 2019).
#pragma once

#include <span>

#include "base/thread_pool.h"
#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

// y[t, i] = x[t, i] * gain[i] / sqrt(mean_j(x[t, j]^2) + epsilon)
//   x, y  [T, D], any T >= 0 and D >= 1; y may be x
//   gain  [D]
// Sums in float32; error relative to the scalar variant at most 2 * (D + 4) * FLT_EPSILON. A row
// gives the same bits whatever T and the number of threads are. Threads: rows are split over the
// pool. Cost O(T * D).
void RmsNorm(View<const float> x, std::span<const float> gain, float epsilon, View<float> y,
             ThreadPool& pool);

// For tests and benchmarks: every variant in this binary. One row of n values; y may be x.
using RmsNormRow = void (*)(const float* x, const float* gain, float epsilon, float* y, int n);
const VariantList<RmsNormRow>& RmsNormVariants();

void RmsNormRowScalar(const float* x, const float* gain, float epsilon, float* y, int n);
HighwayVariants<RmsNormRow> RmsNormHighway();

}  // namespace edgevlm
