// MatMul of bfloat16 activations and bfloat16 weights: float32 sums of exact products.
#pragma once

#include "kernels/matmul/matmul.h"
#include "kernels/matmul/pair_rows.h"

namespace edgevlm {

// y[t, n] = activation(sum_k x[t, k] * w[n, k] + bias[n]) * factor[t, n] + residual[t, n]
//   x  [T, K], any T >= 0
//   w  [N, K]. REQUIRES: w.type() is WeightType::kPairs
//   y  [T, N]; may be epilogue.factor or epilogue.residual
// Every output is one sum over the pairs of inputs in their order, whatever T, the other rows and
// the number of threads are. Variants differ by how a pair is added and rounded, at most
// K * FLT_EPSILON * sum_k |x * w|. Threads: the work is split over the pool. Allocates nothing.
void MatMul(const PairRows& x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool);

// One such call; its parts are as those of MatMulCall.
struct PairMatMulCall {
  const PairRows& x;
  const Weight& w;
  const Epilogue& epilogue;
  View<float> y;
};

// For tests and benchmarks: every variant in this binary, one part in the caller's thread.
using PairMatMulFunction = void (*)(const PairMatMulCall& call, const MatMulPart& part);
const VariantList<PairMatMulFunction>& PairMatMulVariants();

void PairMatMulScalar(const PairMatMulCall& call, const MatMulPart& part);
HighwayVariants<PairMatMulFunction> PairMatMulHighway();

}  // namespace edgevlm
