// ColumnSums: the attention that each position receives, for cache policies that evict by it (H2O:
// Zhang et al. 2023; SnapKV: Li et al. 2024). Attention itself never holds these numbers, so they
// are computed separately, at the cost of another attention.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/attention/attention_part.h"

namespace edgevlm {

// Query rows t = 0..T-1; row t attends to the positions [0, first_position + t]. For each KV head
// and position p:
//   sums[head][p] += sum_t sum_h softmax_p(q[t] . keys[p] / sqrt(d))    h: the query heads of the
//   head q     [T, Hq * d] keys  [N, d] per KV head, float16 as its 16 bits; N >= first_position +
//   T sums  [Hkv, >= N]
struct ColumnSumsCall {
  View<const float> q;
  HeadRows<const std::uint16_t> keys;
  HeadCounts heads;
  int first_position = 0;
  View<float> sums;
};

// Relative error of an attention weight: as attention's scores. Rows are added one by one in order,
// so any cut of T into calls gives the same bits. Threads: heads are split over the pool, without
// effect on the result. Allocates nothing. Cost: as attention of these rows.
void AddColumnSums(const ColumnSumsCall& call, ThreadPool& pool);

// For tests and benchmarks: adds the rows of a part to sums [N]; ignores the part's KV splits.
using ColumnSumsFunction = void (*)(const AttentionCall<std::uint16_t>& call,
                                    const AttentionPart& part, float* sums);
const VariantList<ColumnSumsFunction>& ColumnSumsVariants();
void ColumnSumsScalar(const AttentionCall<std::uint16_t>& call, const AttentionPart& part,
                      float* sums);
HighwayVariants<ColumnSumsFunction> ColumnSumsHighway();

}  // namespace edgevlm
