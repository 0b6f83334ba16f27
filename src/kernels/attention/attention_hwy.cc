#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/attention/attention.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention/attention_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activation/activation-inl.h"
#include "kernels/half/half-inl.h"

// Highway's one-lane target lacks the shuffles used here; attention_scalar.cc stands in for it.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

using Vector = hn::VFromD<FullTag>;

// Positions that are converted, scored and summed together. Blocks begin at multiples of kBlock, so
// that the order of summing depends on a token's position alone.
constexpr int kBlock = 32;
static_assert(kBlock % kLanes == 0);

// Rows (a token and a query head) that read one conversion of a block.
constexpr int kMaxRows = 16;

// What one group of rows works with: rows padded with zeros to whole vectors, `width` wide.
struct Workspace {
  int width = 0;
  HWY_ALIGN float keys[kBlock * kMaxHeadWidth];
  HWY_ALIGN float values[kBlock * kMaxHeadWidth];
  HWY_ALIGN float q[kMaxRows * kMaxHeadWidth];    // times 1 / sqrt(d)
  HWY_ALIGN float out[kMaxRows * kMaxHeadWidth];  // not yet divided by total
  float highest[kMaxRows];
  float total[kMaxRows];
};

void Widen(View<const std::uint16_t> half, int padded_width, float* wide) {
  for (int row = 0; row < half.rows; ++row) {
    const std::uint16_t* from = half.Row(row).data();
    float* to = wide + row * padded_width;
    ForLanes(0, half.cols,
             [=](auto d, int i) HWY_ATTR { hn::Store(LoadHalf(d, from + i), d, to + i); });
    std::fill(to + half.cols, to + padded_width, 0.0f);
  }
}

void StartRow(const float* q, int width, int row, Workspace& space) {
  float* scaled = space.q + row * space.width;
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  for (int i = 0; i < space.width; ++i) scaled[i] = i < width ? q[i] * scale : 0.0f;
  std::fill_n(space.out + row * space.width, space.width, 0.0f);
  space.highest[row] = -std::numeric_limits<float>::infinity();
  space.total[row] = 0.0f;
}

// sums[i] = the sum over all groups of four lanes of their lane i.
template <class D, class V = hn::VFromD<D>>
HWY_INLINE void StoreSumOfBlocks(D d, V v, float* sums) {
  if constexpr (hn::MaxLanes(D()) > 4) {
    const hn::Half<D> half;
    StoreSumOfBlocks(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)), sums);
  } else {
    hn::Store(v, d, sums);
  }
}

// The sums of the lanes of four vectors, side by side. Adding pairs of neighbours of all four at
// once takes a third of the work of four separate sums.
HWY_INLINE void StoreFourSums(Vector a, Vector b, Vector c, Vector e, float* sums) {
  const FullTag d;
  const hn::RepartitionToWide<FullTag> pairs;
  const Vector ab = hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
  const Vector ce = hn::Add(hn::InterleaveLower(d, c, e), hn::InterleaveUpper(d, c, e));
  const auto wide_ab = hn::BitCast(pairs, ab);
  const auto wide_ce = hn::BitCast(pairs, ce);
  const Vector low = hn::BitCast(d, hn::InterleaveLower(pairs, wide_ab, wide_ce));
  const Vector high = hn::BitCast(d, hn::InterleaveUpper(pairs, wide_ab, wide_ce));
  StoreSumOfBlocks(d, hn::Add(low, high), sums);
}

// scores[j] = q . keys[j] for j < count, -infinity from there to kBlock. Reads keys up to the next
// multiple of four.
HWY_INLINE void Score(const float* q, const float* keys, int width, int count, float* scores) {
  const FullTag d;
  for (int j = 0; j < count; j += 4) {
    const float* k = keys + j * width;
    Vector a = hn::Zero(d), b = a, c = a, e = a;
    for (int i = 0; i < width; i += kLanes) {
      const Vector part = hn::Load(d, q + i);
      a = hn::MulAdd(part, hn::Load(d, k + i), a);
      b = hn::MulAdd(part, hn::Load(d, k + width + i), b);
      c = hn::MulAdd(part, hn::Load(d, k + 2 * width + i), c);
      e = hn::MulAdd(part, hn::Load(d, k + 3 * width + i), e);
    }
    StoreFourSums(a, b, c, e, scores + j);
  }
  std::fill(scores + count, scores + kBlock, -std::numeric_limits<float>::infinity());
}

// out = out * shrink + sum_j shares[j] * values[j], kVectors vectors at a time.
template <int kVectors>
HWY_INLINE void Mix(const float* shares, const float* values, int width, int count, float shrink,
                    float* out) {
  const FullTag d;
  Vector sums[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    sums[v] = hn::Mul(hn::Load(d, out + v * kLanes), hn::Set(d, shrink));
  }
  for (int j = 0; j < count; ++j) {
    const Vector share = hn::Set(d, shares[j]);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      sums[v] = hn::MulAdd(share, hn::Load(d, values + j * width + v * kLanes), sums[v]);
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) hn::Store(sums[v], d, out + v * kLanes);
}

// Adds the first `count` positions of the block to one row.
void AddBlock(int row, int count, Workspace& space) {
  const FullTag d;
  HWY_ALIGN float shares[kBlock];
  const int width = space.width;
  Score(space.q + row * width, space.keys, width, count, shares);

  Vector highest = hn::Set(d, space.highest[row]);
  for (int i = 0; i < kBlock; i += kLanes) highest = hn::Max(highest, hn::Load(d, shares + i));
  highest = hn::MaxOfLanes(d, highest);
  Vector total = hn::Zero(d);
  for (int i = 0; i < kBlock; i += kLanes) {
    const Vector share = Exp(d, hn::Sub(hn::Load(d, shares + i), highest));
    hn::Store(share, d, shares + i);
    total = hn::Add(total, share);
  }
  const Vector before = hn::Set(d, space.highest[row]);
  const float shrink = hn::GetLane(Exp(d, hn::Sub(before, highest)));
  space.total[row] = space.total[row] * shrink + SumLanes(total);
  space.highest[row] = hn::GetLane(highest);

  float* out = space.out + row * width;
  int i = 0;
  for (; i + 4 * kLanes <= width; i += 4 * kLanes) {
    Mix<4>(shares, space.values + i, width, count, shrink, out + i);
  }
  for (; i + 2 * kLanes <= width; i += 2 * kLanes) {
    Mix<2>(shares, space.values + i, width, count, shrink, out + i);
  }
  for (; i < width; i += kLanes) Mix<1>(shares, space.values + i, width, count, shrink, out + i);
}

// Rows [first_row, first_row + rows) of a part: row i is token i / group, head i % group of it.
struct RowGroup {
  int first_row = 0;
  int rows = 0;
  int heads = 1;  // query heads that read the part's head of the cache

  int Token(const AttentionPart& part, int row) const {
    return part.first_token + (first_row + row) / heads;
  }
  int Head(const AttentionPart& part, int row) const {
    return part.kv_head * heads + (first_row + row) % heads;
  }
};

void AttendGroup(const AttentionCall& call, const AttentionPart& part, const RowGroup& group,
                 Workspace& space) {
  const int width = call.q.cols / call.heads.query;
  space.width = (width + kLanes - 1) / kLanes * kLanes;
  for (int row = 0; row < group.rows; ++row) {
    const float* q = call.q.Row(group.Token(part, row)).data();
    StartRow(q + group.Head(part, row) * width, width, row, space);
  }
  const View<const std::uint16_t> keys = call.keys.Cols(part.kv_head * width, width);
  const View<const std::uint16_t> values = call.values.Cols(part.kv_head * width, width);
  const int positions = call.first_position + group.Token(part, group.rows - 1) + 1;
  for (int first = 0; first < positions; first += kBlock) {
    const int count = std::min(kBlock, positions - first);
    Widen(keys.Rows(first, count), space.width, space.keys);
    Widen(values.Rows(first, count), space.width, space.values);
    std::fill_n(space.keys + count * space.width, (kBlock - count) * space.width, 0.0f);
    for (int row = 0; row < group.rows; ++row) {
      const int visible = call.first_position + group.Token(part, row) + 1 - first;
      if (visible > 0) AddBlock(row, std::min(visible, count), space);
    }
  }
  for (int row = 0; row < group.rows; ++row) {
    const float* sums = space.out + row * space.width;
    const float scale = 1.0f / space.total[row];
    float* out = call.out.Row(group.Token(part, row)).data() + group.Head(part, row) * width;
    for (int i = 0; i < width; ++i) out[i] = sums[i] * scale;
  }
}

}  // namespace

void AttendPart(const AttentionCall& call, const AttentionPart& part) {
  Workspace space;
  const int heads = call.heads.query / call.heads.kv;
  const int rows = (part.last_token - part.first_token) * heads;
  for (int first = 0; first < rows; first += kMaxRows) {
    AttendGroup(call, part, {first, std::min(kMaxRows, rows - first), heads}, space);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<AttentionFunction> AttentionHighway() {
  return {HWY_CHOOSE_AVX3(AttendPart), HWY_CHOOSE_AVX2(AttendPart), HWY_CHOOSE_SSE4(AttendPart),
          HWY_CHOOSE_NEON(AttendPart)};
}

}  // namespace edgevlm
#endif
