// Query rows for attention: scaled, and transposed into lanes. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_ATTENTION_QUERIES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_ATTENTION_QUERIES_INL_H_
#undef EDGEVLM_KERNELS_ATTENTION_QUERIES_INL_H_
#else
#define EDGEVLM_KERNELS_ATTENTION_QUERIES_INL_H_
#endif

#include <algorithm>
#include <cmath>

#include "kernels/attention/attention_part.h"
#include "kernels/kv_rows/row_reader-inl.h"

// Highway's one-lane target lacks the shuffles used here.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

static_assert(kKvSplit % kKvBlock == 0);

// Where all rows attend to all positions, so many that are left over join the last block: for few
// of them, a block of their own would cost much.
constexpr int kMaxLeftOver = 8;
constexpr int kMaxKvBlock = kKvBlock + kMaxLeftOver;

// Below every score, and so far below that its exponential is 0.
constexpr float kLowest = -1e30f;

// Where a split that starts at `split` is read from, by rows of which none attends to a position
// before `first_visible`: from the start of a block.
constexpr int FirstBlock(int split, int first_visible) {
  return std::max(split, first_visible / kKvBlock * kKvBlock);
}

// The positions of the block that starts at `position` in a split that ends at `last`. Readers that
// add to scores know only whole blocks.
template <class Value>
HWY_INLINE int BlockCount(const AttentionCall<Value>& call, int position, int last) {
  const int left = last - position;
  const bool joins = AttendsToAll(call) && !ReaderOf<Value>::Type::kAddsToScores;
  return joins && left <= kMaxKvBlock ? left : std::min(kKvBlock, left);
}

// to = from times log2(e) / sqrt(width), so that powers of two of the scores are their softmax.
HWY_INLINE void ReadQuery(const float* from, int width, int padded, float* to) {
  const float scale = 1.44269504f / std::sqrt(static_cast<float>(width));
  ForLanes(0, width, [=](auto d, int i) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, from + i), hn::Set(d, scale)), d, to + i);
  });
  std::fill(to + width, to + padded, 0.0f);
}

// Four numbers of every fourth row from `from` on, in the order of the rows.
template <class D>
HWY_INLINE hn::VFromD<D> LoadEveryFourth(D d, const float* from, int stride) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return hn::LoadU(d, from);
  } else {
    const hn::Half<D> half;
    constexpr int kHalfLanes = static_cast<int>(hn::MaxLanes(half));
    return hn::Combine(d, LoadEveryFourth(half, from + kHalfLanes * stride, stride),
                       LoadEveryFourth(half, from, stride));
  }
}

// to[i * to_stride + r] = from[r * stride + i] for kLanes rows r and i < width rounded up to a
// multiple of four.
HWY_INLINE void Transpose(const float* from, int stride, int width, float* to, int to_stride) {
  const FullTag d;
  for (int i = 0; i < width; i += 4) {
    const Vector a = LoadEveryFourth(d, from + i, stride);
    const Vector b = LoadEveryFourth(d, from + stride + i, stride);
    const Vector c = LoadEveryFourth(d, from + 2 * stride + i, stride);
    const Vector e = LoadEveryFourth(d, from + 3 * stride + i, stride);
    const Vector ac = hn::InterleaveLower(d, a, c), be = hn::InterleaveLower(d, b, e);
    const Vector ac2 = hn::InterleaveUpper(d, a, c), be2 = hn::InterleaveUpper(d, b, e);
    float* out = to + i * to_stride;
    hn::StoreU(hn::InterleaveLower(d, ac, be), d, out);
    hn::StoreU(hn::InterleaveUpper(d, ac, be), d, out + to_stride);
    hn::StoreU(hn::InterleaveLower(d, ac2, be2), d, out + 2 * to_stride);
    hn::StoreU(hn::InterleaveUpper(d, ac2, be2), d, out + 3 * to_stride);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
