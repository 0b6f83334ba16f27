// AttentionPart: the piece of an attention call that one kernel call computes, and the kernels'
// variants. For attention.cc, tests and benchmarks.
#pragma once

#include <cstdint>

#include "kernels/attention/attention.h"
#include "kernels/attention/partials.h"
#include "kernels/variant.h"

namespace edgevlm {

// Positions per KV split. Positions are summed split by split, counted from position 0, and the
// sums of the splits are joined in order, so that several threads can compute the splits of one
// row. Where every row attends to every position there are enough rows for all threads, and joining
// them would cost more than it brings.
constexpr int kKvSplit = 384;
constexpr int kWideKvSplit = 4 * kKvSplit;

template <class Value>
bool AttendsToAll(const AttentionCall<Value>& call) {
  return call.mask == MaskRange::kAll && call.window == 0;
}

template <class Value>
int KvSplit(const AttentionCall<Value>& call) {
  return AttendsToAll(call) ? kWideKvSplit : kKvSplit;
}

// The number of splits before this position.
template <class Value>
int KvSplitsBefore(const AttentionCall<Value>& call, int position) {
  return (position + KvSplit(call) - 1) / KvSplit(call);
}

// The query rows [first_row, last_row) of one KV head, numbered as in AttentionCall::Token, over
// the KV splits [first_split, last_split).
struct AttentionPart {
  int kv_head = 0;
  int first_row = 0;
  int last_row = 0;
  int first_split = 0;
  int last_split = 0;

  int rows() const { return last_row - first_row; }
};

// The most query rows of a part for heads of this width; limited by a kernel's working memory.
constexpr int kMaxPartRows = 10 * kQueryTile;
constexpr int kMaxPartValues = kMaxPartRows * kQueryTile;
constexpr int MaxPartRows(int width) {
  const int tiles = kMaxPartValues / kQueryTile / PaddedWidth(width);
  return kQueryTile * (tiles < kMaxPartRows / kQueryTile ? tiles : kMaxPartRows / kQueryTile);
}

// Writes the part's sums to `partials` (rows counted from first_row, stride PaddedWidth(d)): sums
// each split separately and joins them in order. Of a row that attends to no position of these
// splits, `highest` is below every score and the rest is meaningless but finite: a later JoinRow
// with positions that it attends to leaves nothing of it. REQUIRES: part.rows() <= MaxPartRows(d),
// first_split < last_split, and some row attends to a position of every split.
template <class Value>
using AttentionFunction = void (*)(const AttentionCall<Value>& call, const AttentionPart& part,
                                   const Partials& partials);

// Every variant in this binary.
template <class Value>
const VariantList<AttentionFunction<Value>>& AttentionVariants();
template <>
const VariantList<AttentionFunction<float>>& AttentionVariants<float>();
template <>
const VariantList<AttentionFunction<std::uint16_t>>& AttentionVariants<std::uint16_t>();
template <>
const VariantList<AttentionFunction<BlockQ8_0>>& AttentionVariants<BlockQ8_0>();
template <>
const VariantList<AttentionFunction<Q4Rows>>& AttentionVariants<Q4Rows>();

// The specification: plain loops.
void AttentionScalar(const AttentionCall<float>& call, const AttentionPart& part,
                     const Partials& partials);
void AttentionScalar(const AttentionCall<std::uint16_t>& call, const AttentionPart& part,
                     const Partials& partials);
void AttentionScalar(const AttentionCall<BlockQ8_0>& call, const AttentionPart& part,
                     const Partials& partials);
void AttentionScalar(const AttentionCall<Q4Rows>& call, const AttentionPart& part,
                     const Partials& partials);

HighwayVariants<AttentionFunction<float>> AttentionOfFloatHighway();
HighwayVariants<AttentionFunction<std::uint16_t>> AttentionOfHalfHighway();
HighwayVariants<AttentionFunction<BlockQ8_0>> AttentionOfQ8Highway();
HighwayVariants<AttentionFunction<Q4Rows>> AttentionOfQ4Highway();

// The variant with products of bf16 pairs; null where this binary or CPU has none, and for other
// Values.
template <class Value>
AttentionFunction<Value> AttentionBf16() {
  return nullptr;
}
template <>
AttentionFunction<float> AttentionBf16<float>();
template <>
AttentionFunction<std::uint16_t> AttentionBf16<std::uint16_t>();

}  // namespace edgevlm
