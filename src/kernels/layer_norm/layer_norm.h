// Layer normalization (Ba, Kiros and Hinton 2016).
#pragma once

#include <span>

#include "base/thread_pool.h"
#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

// y[t, i] = (x[t, i] - mean_t) / sqrt(variance_t + epsilon) * gain[i] + bias[i]
// with the mean and the (biased) variance of row t.
//   x, y        [T, D], any T >= 0 and D >= 1; y may be x
//   gain, bias  [D]
// Sums in float32. A row gives the same bits whatever T and the number of threads are. Threads:
// rows are split over the pool. Cost O(T * D).
void LayerNorm(View<const float> x, std::span<const float> gain, std::span<const float> bias,
               float epsilon, View<float> y, ThreadPool& pool);

// For tests and benchmarks: every variant in this binary. One row of n values; y may be x.
using LayerNormRow = void (*)(const float* x, const float* gain, const float* bias, float epsilon,
                              float* y, int n);
const VariantList<LayerNormRow>& LayerNormVariants();

void LayerNormRowScalar(const float* x, const float* gain, const float* bias, float epsilon,
                        float* y, int n);
HighwayVariants<LayerNormRow> LayerNormHighway();

}  // namespace edgevlm
