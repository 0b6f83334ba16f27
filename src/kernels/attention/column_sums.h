// ColumnSums: how much attention each position gets, for those who choose which to keep (H2O: Zhang
// et al. 2023; SnapKV: Li et al. 2024). Attention itself never has these numbers at hand: whoever
// wants them pays for them here.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/attention/attention_part.h"

namespace edgevlm {

// Rows t = 0..T-1; row t sees the positions [0, first_position + t]. For each KV head and position:
//   sums[head][p] += sum_t sum_h softmax_p(q[t] . keys[p] / sqrt(d))    h: the heads that ask it
//   q     [T, Hq * d]
//   keys  [N, d] per head of Hkv, float16 as its 16 bits; N >= first_position + T
//   sums  [Hkv, >= N]
struct ColumnSumsCall {
  View<const float> q;
  HeadRows<const std::uint16_t> keys;
  HeadCounts heads;
  int first_position = 0;
  View<float> sums;
};

// Relative error of a share: as attention's scores. Rows are added one by one in their order: any
// cut of T into calls gives the same bits. Threads: heads are shared over the pool, without effect
// on the result. Allocates nothing. Cost: as attention of these rows.
void AddColumnSums(const ColumnSumsCall& call, ThreadPool& pool);

// For tests: adds to sums [N] what the rows of a part give; its stretches are not looked at.
using ColumnSumsFunction = void (*)(const AttentionCall<std::uint16_t>& call,
                                    const AttentionPart& part, float* sums);
const VariantList<ColumnSumsFunction>& ColumnSumsVariants();
void ColumnSumsScalar(const AttentionCall<std::uint16_t>& call, const AttentionPart& part,
                      float* sums);
HighwayVariants<ColumnSumsFunction> ColumnSumsHighway();

}  // namespace edgevlm
