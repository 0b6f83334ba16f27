// MatMul of bfloat16 activations and bfloat16 weights: exact products, summed in float32.
#pragma once

#include "base/thread_pool.h"
#include "kernels/activation/activation.h"
#include "kernels/matmul/bf16/bf16_rows.h"
#include "kernels/matmul/matmul_part.h"
#include "kernels/variant.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// y[t, n] = activation(sum_k x[t, k] * w[n, k] + bias[n]) * factor[t, n] + residual[t, n]
//   x  [T, K], any T >= 0
//   w  [N, K]. REQUIRES: w.type() is WeightType::kBf16Pairs
//   y  [T, N]; may be epilogue.factor or epilogue.residual
// Every output is a single sum over the pairs of inputs in order, so its bits do not depend on T,
// the other rows or the number of threads. Variants add and round a pair differently; they differ
// by at most K * FLT_EPSILON * sum_k |x * w|. Threads: the work is split over the pool. Allocates
// nothing.
void MatMul(const Bf16Rows& x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool);

// One call of MatMul.
struct Bf16MatMulCall {
  const Bf16Rows& x;
  const Weight& w;
  const Epilogue& epilogue;
  View<float> y;
};

// For tests and benchmarks: every variant in this binary, one part in the caller's thread.
using Bf16MatMulFunction = void (*)(const Bf16MatMulCall& call, const MatMulPart& part);
const VariantList<Bf16MatMulFunction>& Bf16MatMulVariants();

void Bf16MatMulScalar(const Bf16MatMulCall& call, const MatMulPart& part);
HighwayVariants<Bf16MatMulFunction> Bf16MatMulHighway();

}  // namespace edgevlm
