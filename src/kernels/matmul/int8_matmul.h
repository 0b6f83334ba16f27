// MatMul of int8 activations and weights that have levels: sums of products are integers.
#pragma once

#include "kernels/matmul/int8_rows.h"
#include "kernels/matmul/matmul.h"

namespace edgevlm {

// y[t, n] = activation(sum_k x[t, k] * w[n, k] + bias[n]) * factor[t, n] + residual[t, n], where x
// are the values that the levels of the rows stand for.
//   x  [T, K], any T >= 0
//   w  [N, K]. REQUIRES: w.has_levels()
//   y  [T, N]; may be epilogue.factor or epilogue.residual
// The sum: over the blocks of x, in order, total = fma(part, scale of x's block, total), where over
// the groups of w in the block, in order, part = fma(sum of products of levels, scale of w, part)
// and, with a minimum, part = fma(minimum, negated sum of x's levels, part). Integers are exact, so
// all variants with fused multiply-add (all but SSE4) give the same bits, whatever T, the other
// rows and the number of threads are.
// Threads: the work is split over the pool. Allocates nothing. Cost T * N * K multiply-adds of
// bytes; the weight is read from memory once for every 96 to 294 rows.
void MatMul(const Int8Rows& x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool);

// One such call; its parts are as those of MatMulCall.
struct Int8MatMulCall {
  const Int8Rows& x;
  const Weight& w;
  const Epilogue& epilogue;
  View<float> y;
};

// For tests and benchmarks: every variant in this binary, one part in the caller's thread.
using Int8MatMulFunction = void (*)(const Int8MatMulCall& call, const MatMulPart& part);
const VariantList<Int8MatMulFunction>& Int8MatMulVariants();

void Int8MatMulScalar(const Int8MatMulCall& call, const MatMulPart& part);
HighwayVariants<Int8MatMulFunction> Int8MatMulHighway();

// Only where 64-bit Arm is built for.
void Int8MatMulDotprod(const Int8MatMulCall& call, const MatMulPart& part);
void Int8MatMulI8mm(const Int8MatMulCall& call, const MatMulPart& part);

}  // namespace edgevlm
