// The parts that attention is cut into, and the kernels that compute one: for attention.cc, tests
// and benchmarks.
#pragma once

#include <cstdint>

#include "kernels/attention/attention.h"
#include "kernels/attention/partials.h"
#include "kernels/variant.h"

namespace edgevlm {

// Positions are summed stretch by stretch, counted from position 0, and the stretches' sums then
// joined in their order: stretches may be computed in different threads.
constexpr int kStretch = 384;

// Rows that ask one head of the keys, as AttentionCall::Token counts them: [first_row, last_row),
// stretches [first_stretch, last_stretch).
struct AttentionPart {
  int kv_head = 0;
  int first_row = 0;
  int last_row = 0;
  int first_stretch = 0;
  int last_stretch = 0;

  int rows() const { return last_row - first_row; }
};

// The most rows of a part, for heads of this width: what a kernel's working memory holds.
constexpr int kRowTile = 64;
constexpr int kMaxPartRows = 5 * kRowTile;
constexpr int kMaxPartValues = kMaxPartRows * kRowTile;
constexpr int MaxPartRows(int width) {
  const int tiles = kMaxPartValues / kRowTile / PaddedWidth(width);
  return kRowTile * (tiles < kMaxPartRows / kRowTile ? tiles : kMaxPartRows / kRowTile);
}

// Writes the part's sums to `partials` (rows counted from first_row, stride PaddedWidth(d)): each
// stretch's by themselves, joined in order. Of a row that sees none of first_stretch nothing is
// written that means anything. REQUIRES: part.rows() <= MaxPartRows(d), first_stretch <
// last_stretch, and the last row sees some of every stretch.
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
const VariantList<AttentionFunction<PackedRows>>& AttentionVariants<PackedRows>();

// The specification: plain loops.
void AttentionScalar(const AttentionCall<float>& call, const AttentionPart& part,
                     const Partials& partials);
void AttentionScalar(const AttentionCall<std::uint16_t>& call, const AttentionPart& part,
                     const Partials& partials);
void AttentionScalar(const AttentionCall<BlockQ8_0>& call, const AttentionPart& part,
                     const Partials& partials);
void AttentionScalar(const AttentionCall<PackedRows>& call, const AttentionPart& part,
                     const Partials& partials);

HighwayVariants<AttentionFunction<float>> AttentionOfFloatHighway();
HighwayVariants<AttentionFunction<std::uint16_t>> AttentionOfHalfHighway();
HighwayVariants<AttentionFunction<BlockQ8_0>> AttentionOfBlocksHighway();
HighwayVariants<AttentionFunction<PackedRows>> AttentionOfPackedHighway();

// Products of pairs of bfloat16; null where this binary or CPU has none, and for other Values.
template <class Value>
AttentionFunction<Value> AttentionBfloat16() {
  return nullptr;
}
template <>
AttentionFunction<float> AttentionBfloat16<float>();
template <>
AttentionFunction<std::uint16_t> AttentionBfloat16<std::uint16_t>();

}  // namespace edgevlm
