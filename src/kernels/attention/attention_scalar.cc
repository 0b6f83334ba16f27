#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/attention/attention_part.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

constexpr float kLog2e = 1.44269504f;
constexpr float kLowest = -1e30f;

using Row = std::array<float, kMaxHeadWidth>;

float Number(const float* row, int i) { return row[i]; }
float Number(const std::uint16_t* row, int i) { return HalfToFloat(row[i]); }
float Number(const BlockQ8_0* row, int i) {
  const BlockQ8_0& block = row[i / kQ8Block];
  return HalfToFloat(block.scale) * static_cast<float>(block.quants[i % kQ8Block]);
}

// Row `position` of a head as float32.
template <class Value>
void ReadRow(View<const Value> rows, int position, int width, Row& to) {
  const Value* row = rows.Row(position).data();
  for (int i = 0; i < width; ++i) to[static_cast<std::size_t>(i)] = Number(row, i);
}
void ReadRow(const Q4Head& rows, int position, int width, Row& to) {
  DequantizeQ4Row(rows, position, {to.data(), static_cast<std::size_t>(width)});
}

// One query row over the positions [first, last), added one at a time. When a score exceeds all
// before it, the sums so far are rescaled to it.
template <class Value>
void SumPositions(const AttentionCall<Value>& call, const float* q, int kv_head, int first,
                  int last, const Partials& sums) {
  const int width = call.width();
  const float scale = kLog2e / std::sqrt(static_cast<float>(width));
  std::fill_n(sums.sums, width, 0.0f);
  *sums.total = 0.0f;
  *sums.highest = kLowest;
  Row key, value;
  for (int position = first; position < last; ++position) {
    ReadRow(call.keys.Head(kv_head), position, width, key);
    ReadRow(call.values.Head(kv_head), position, width, value);
    float score = 0.0f;
    for (int i = 0; i < width; ++i) score += q[i] * scale * key[static_cast<std::size_t>(i)];
    if (call.log2_counts != nullptr) score += call.log2_counts[position];
    const float before = *sums.highest;
    *sums.highest = std::fmax(before, score);
    const float rescale = std::exp2(before - *sums.highest);
    const float weight = std::exp2(score - *sums.highest);
    *sums.total = *sums.total * rescale + weight;
    for (int i = 0; i < width; ++i) {
      sums.sums[i] = sums.sums[i] * rescale + weight * value[static_cast<std::size_t>(i)];
    }
  }
}

template <class Value>
void SumPart(const AttentionCall<Value>& call, const AttentionPart& part,
             const Partials& partials) {
  const int width = call.width();
  std::array<float, kMaxHeadWidth> memory;
  float total, highest;
  const Partials next = {memory.data(), &total, &highest, PaddedWidth(width)};
  for (int row = part.first_row; row < part.last_row; ++row) {
    const int token = call.Token(row);
    const float* q = call.q.Row(token).data() + call.Column(part.kv_head, row);
    const Partials into = partials.From(row - part.first_row);
    for (int split = part.first_split; split < part.last_split; ++split) {
      const int first = std::max(split * KvSplit(call), call.FirstVisible(token));
      const int last = std::min((split + 1) * KvSplit(call), call.Visible(token));
      const bool is_first = split == part.first_split;
      if (first >= last && !is_first) continue;
      SumPositions(call, q, part.kv_head, first, last, is_first ? into : next);
      if (!is_first) JoinRow(next, into, width);
    }
  }
}

}  // namespace

void AttentionScalar(const AttentionCall<float>& call, const AttentionPart& part,
                     const Partials& partials) {
  SumPart(call, part, partials);
}

void AttentionScalar(const AttentionCall<Q4Rows>& call, const AttentionPart& part,
                     const Partials& partials) {
  SumPart(call, part, partials);
}

void AttentionScalar(const AttentionCall<BlockQ8_0>& call, const AttentionPart& part,
                     const Partials& partials) {
  SumPart(call, part, partials);
}

void AttentionScalar(const AttentionCall<std::uint16_t>& call, const AttentionPart& part,
                     const Partials& partials) {
  SumPart(call, part, partials);
}

}  // namespace edgevlm
