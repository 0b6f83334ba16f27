// The gate of a gated MLP (Shazeer 2020, "GLU Variants Improve Transformer": SwiGLU).
#pragma once

#include "base/thread_pool.h"
#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

// y[t, i] = silu(gate[t, i]) * up[t, i], silu(g) = g / (1 + exp(-g))
//   gate, up, y  [T, F], any T >= 0; y may be gate or up
// Error against the scalar variant at most 8 * FLT_EPSILON of the result, and below 2e-36 * |up|
// where the gate is under -87. Cost O(T * F), shared by the pool.
void Gate(View<const float> gate, View<const float> up, View<float> y, ThreadPool& pool);

// For tests and benchmarks: every variant in this binary. One row of n values.
using GateRow = void (*)(const float* gate, const float* up, float* y, int n);
const VariantList<GateRow>& GateVariants();

void GateRowScalar(const float* gate, const float* up, float* y, int n);
HighwayVariants<GateRow> GateHighway();

}  // namespace edgevlm
