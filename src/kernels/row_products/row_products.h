// RowProducts: the product of every row of one matrix with every row of another.
#pragma once

#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

// y[i, j] = sum_k a[i, k] * b[j, k].
//   a  [A, K]
//   b  [B, K], K >= 1
//   y  [A, B], must not overlap a or b
// For small products of two activations; matrices of the model are packed as a Weight instead.
// Error against the scalar variant: K * FLT_EPSILON * sum_k |a b|. A value has the same bits
// whatever A and B are. Cost A * B * K multiply-adds and a sum over a vector's lanes for each
// value, in the caller's thread.
void RowProducts(View<const float> a, View<const float> b, View<float> y);

// For tests and benchmarks: every variant in this binary.
using RowProductsFunction = void (*)(View<const float> a, View<const float> b, View<float> y);
const VariantList<RowProductsFunction>& RowProductsVariants();

void RowProductsScalar(View<const float> a, View<const float> b, View<float> y);
HighwayVariants<RowProductsFunction> RowProductsHighway();

}  // namespace edgevlm
