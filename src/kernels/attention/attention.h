// Attention of new tokens over a cache of keys and values (Vaswani et al. 2017), without a matrix
// of scores (online softmax: Milakov and Gimelshein 2018; in blocks: Dao et al. 2022).
#pragma once

#include <cstdint>

#include "base/thread_pool.h"
#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

// How many heads ask, and how many have keys and values. REQUIRES: query is a multiple of kv; head
// h of the queries reads head h / (query / kv) of the cache.
struct HeadCounts {
  int query = 1;  // H
  int kv = 1;     // Hkv
};

constexpr int kMaxHeadWidth = 256;  // d

// One sequence's new tokens t = 0..T-1, which stand at positions first_position + t, and see the
// positions 0..first_position + t. For each head:
//   out[t] = sum_p softmax_p(q[t] . keys[p] / sqrt(d)) * values[p]
//   q, out        [T, H * d], must not overlap; d <= kMaxHeadWidth
//   keys, values  [N, Hkv * d] float16 as its 16 bits, N >= first_position + T: the new tokens' own
//                 rows included
struct AttentionCall {
  View<const float> q;
  View<const std::uint16_t> keys;
  View<const std::uint16_t> values;
  HeadCounts heads;
  int first_position = 0;
  View<float> out;
};

// Sums in float32. A token's result has the same bits whatever T and the number of threads are.
// Threads: the work is split over the pool. Allocates nothing.
// Cost T * H * d * (first_position + T / 2) * 2 multiply-adds.
void Attend(const AttentionCall& call, ThreadPool& pool);

// For tests and benchmarks: every variant in this binary. Tokens [first_token, last_token) of the
// query heads that read kv_head.
struct AttentionPart {
  int kv_head = 0;
  int first_token = 0;
  int last_token = 0;
};
using AttentionFunction = void (*)(const AttentionCall& call, const AttentionPart& part);
const VariantList<AttentionFunction>& AttentionVariants();

void AttentionScalar(const AttentionCall& call, const AttentionPart& part);
HighwayVariants<AttentionFunction> AttentionHighway();

}  // namespace edgevlm
