// MatMul of int8 activations and quantized weights: products are summed as integers.
#pragma once

#include "base/thread_pool.h"
#include "kernels/activation/activation.h"
#include "kernels/matmul/int8/quantized_rows.h"
#include "kernels/matmul/matmul_part.h"
#include "kernels/variant.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// y[t, n] = activation(sum_k x[t, k] * w[n, k] + bias[n]) * factor[t, n] + residual[t, n], where x
// are the dequantized values of the rows.
//   x  [T, K], any T >= 0
//   w  [N, K]. REQUIRES: w.is_quantized()
//   y  [T, N]; may be epilogue.factor or epilogue.residual
// REQUIRES: x.rounding() == RoundingFor(w).
// The quants of w are centered and rotated as those of x are (quantized_rows.h). The sum runs over
// the blocks of x in order: total = fma(part, scale of x's block, total). Within a block it runs
// over the groups of w in order: part = fma(sum of products of quants, scale of w, part) and, with
// a minimum, part = fma(minimum, negated sum of x's values, part). Integer sums are exact, so all
// variants with fused multiply-add (all but SSE4) give the same bits, and the bits do not depend on
// T, the other rows or the number of threads.
// Threads: the work is split over the pool. Allocates nothing. Cost T * N * K multiply-adds of
// bytes; the weight is read from memory once for every 96 to 294 rows.
void MatMul(const QuantizedRows& x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool);

// One call of MatMul, or of a part of it.
struct Int8MatMulCall {
  const QuantizedRows& x;
  const Weight& w;
  const Epilogue& epilogue;
  View<float> y;
  // The output that the first column of y, and of what the epilogue reads, stands for: a multiple
  // of Weight::kPanelWidth.
  int first_output = 0;
};

// For tests and benchmarks: every variant in this binary, one part in the caller's thread.
using Int8MatMulFunction = void (*)(const Int8MatMulCall& call, const MatMulPart& part);
const VariantList<Int8MatMulFunction>& Int8MatMulVariants();

void Int8MatMulScalar(const Int8MatMulCall& call, const MatMulPart& part);
HighwayVariants<Int8MatMulFunction> Int8MatMulHighway();

// Only in builds for 64-bit Arm.
void Int8MatMulDotprod(const Int8MatMulCall& call, const MatMulPart& part);
void Int8MatMulI8mm(const Int8MatMulCall& call, const MatMulPart& part);

}  // namespace edgevlm
