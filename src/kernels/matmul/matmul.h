// MatMul: activations times a weight of the model. Nearly all of the time of a model goes here.
#pragma once

#include "base/thread_pool.h"
#include "kernels/activation/activation.h"
#include "kernels/variant.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// y[t, n] = activation(sum_k x[t, k] * w[n, k] + bias[n]) * factor[t, n] + residual[t, n]
//   x  [T, K], any T >= 0
//   w  [N, K], of any WeightType: its values are exact in float32, or as CopyRow gives them
//   y  [T, N], must not overlap x; may be epilogue.factor or epilogue.residual
// Every output is one sum in float32 in the order k = 0..K-1, whatever T, the other rows and the
// number of threads are: a row gives the same bits alone and in company. Variants with fused
// multiply-add differ from the scalar one by at most K * FLT_EPSILON * sum_k |x * w|.
// Threads: the work is split over the pool. Allocates nothing. Cost T * N * K multiply-adds; for
// small T the weight is read from memory once.
void MatMul(View<const float> x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool);

// One call of MatMul, and a part of it: rows [first_row, last_row) of the panels
// [first_panel, last_panel) of w.
struct MatMulCall {
  View<const float> x;
  const Weight& w;
  const Epilogue& epilogue;
  View<float> y;
};
struct MatMulPart {
  int first_row = 0;
  int last_row = 0;
  int first_panel = 0;
  int last_panel = 0;
};

// For tests and benchmarks: every variant in this binary, one part in the caller's thread.
using MatMulFunction = void (*)(const MatMulCall& call, const MatMulPart& part);
const VariantList<MatMulFunction>& MatMulVariants();

void MatMulScalar(const MatMulCall& call, const MatMulPart& part);
HighwayVariants<MatMulFunction> MatMulHighway();

}  // namespace edgevlm
