// MatMul of float32 activations and a weight of any format. Models spend nearly all of their time
// in matrix products.
#pragma once

#include "base/thread_pool.h"
#include "kernels/activation/activation.h"
#include "kernels/matmul/matmul_part.h"
#include "kernels/variant.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// y[t, n] = activation(sum_k x[t, k] * w[n, k] + bias[n]) * factor[t, n] + residual[t, n]
//   x  [T, K], any T >= 0
//   w  [N, K], of any WeightType but kInt8 and kBf16Pairs; its values are those of Weight::CopyRow
//   y  [T, N], must not overlap x; may be epilogue.factor or epilogue.residual
// Every output is a single float32 sum in the order k = 0..K-1, so a row gives the same bits
// whatever T, the other rows and the number of threads are. Variants with fused multiply-add differ
// from the scalar one by at most K * FLT_EPSILON * sum_k |x * w|. Threads: the work is split over
// the pool. Allocates nothing. Cost T * N * K multiply-adds; for small T the weight is read from
// memory once.
void MatMul(View<const float> x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool);

// One call of MatMul.
struct Float32MatMulCall {
  View<const float> x;
  const Weight& w;
  const Epilogue& epilogue;
  View<float> y;
};

// For tests and benchmarks: every variant in this binary, one part in the caller's thread.
using Float32MatMulFunction = void (*)(const Float32MatMulCall& call, const MatMulPart& part);
const VariantList<Float32MatMulFunction>& Float32MatMulVariants();

void Float32MatMulScalar(const Float32MatMulCall& call, const MatMulPart& part);
HighwayVariants<Float32MatMulFunction> Float32MatMulHighway();

}  // namespace edgevlm
