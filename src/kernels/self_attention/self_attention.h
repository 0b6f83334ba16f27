// Attention of the cells of a picture among themselves, every one to every other (Vaswani et al.
// 2017; Dosovitskiy et al. 2020, "An Image is Worth 16x16 Words"), without a matrix of all scores
// (online softmax: Milakov and Gimelshein 2018; in blocks: Dao et al. 2022).
#pragma once

#include "base/thread_pool.h"
#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

constexpr int kMaxSelfAttentionWidth = 256;  // d

// n pictures, each of T rows, one after another. For each picture and each head:
//   out[t] = sum_p softmax_p(q[t] . k[p] / sqrt(d)) * v[p]
//   q, k, v, out  [n * T, H * d], out apart from the others; d <= kMaxSelfAttentionWidth
struct SelfAttentionCall {
  View<const float> q;
  View<const float> k;
  View<const float> v;
  int heads = 1;     // H
  int pictures = 1;  // n
  View<float> out;
};

// Sums in float32. A picture's rows have the same bits in any company and on any number of threads.
// Threads: pictures, heads and groups of queries are split over the pool. Allocates nothing; takes
// 220 KiB of stack. Cost n * T^2 * H * d * 2 multiply-adds.
void SelfAttend(const SelfAttentionCall& call, ThreadPool& pool);

// For tests and benchmarks: every variant in this binary. Rows [first_row, last_row) of one
// picture, at most kSelfAttentionQueries, and one head.
constexpr int kSelfAttentionQueries = 64;
struct SelfAttentionPart {
  int picture = 0;
  int head = 0;
  int first_row = 0;
  int last_row = 0;
};
using SelfAttentionFunction = void (*)(const SelfAttentionCall& call,
                                       const SelfAttentionPart& part);
const VariantList<SelfAttentionFunction>& SelfAttentionVariants();

void SelfAttentionScalar(const SelfAttentionCall& call, const SelfAttentionPart& part);
HighwayVariants<SelfAttentionFunction> SelfAttentionHighway();

}  // namespace edgevlm
