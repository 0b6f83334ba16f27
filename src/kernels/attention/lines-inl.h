// Rows of numbers as attention reads them. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_ATTENTION_LINES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_ATTENTION_LINES_INL_H_
#undef EDGEVLM_KERNELS_ATTENTION_LINES_INL_H_
#else
#define EDGEVLM_KERNELS_ATTENTION_LINES_INL_H_
#endif

#include <hwy/cache_control.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/attention/attention_part.h"
#include "kernels/half/half-inl.h"

// Highway's one-lane target lacks the shuffles used here.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

using Vector = hn::VFromD<FullTag>;

// Positions that are scored and mixed together, counted from position 0: a row's sums go block by
// block whatever else is computed with it.
constexpr int kBlock = 96;
static_assert(kStretch % kBlock == 0 && kBlock % kLanes == 0);

// Below every score, and far enough from it that its exponential is 0.
constexpr float kLowest = -1e30f;

constexpr int RoundUp(int n, int step) { return (n + step - 1) / step * step; }

template <class D>
HWY_INLINE hn::VFromD<D> LoadNumbers(D d, const float* from) {
  return hn::LoadU(d, from);
}
template <class D>
HWY_INLINE hn::VFromD<D> LoadNumbers(D d, const std::uint16_t* from) {
  return LoadHalf(d, from);
}

// to[0..width) = from, to[width..padded) = 0.
template <class Value>
HWY_INLINE void ReadLine(const Value* from, int width, int padded, float* to) {
  ForLanes(0, width,
           [=](auto d, int i) HWY_ATTR { hn::StoreU(LoadNumbers(d, from + i), d, to + i); });
  for (int i = width; i < padded; ++i) to[i] = 0.0f;
}

// The same of a row of int8.
HWY_INLINE void ReadLine(const BlockQ8_0* from, int width, int padded, float* to) {
  const FullTag d;
  const hn::CappedTag<float, 1> d_scale;
  const hn::Rebind<std::int8_t, FullTag> d_levels;
  for (int first = 0; first < width; first += kRowBlock, ++from) {
    const std::uint16_t half = from->scale;
    const Vector scale = hn::Set(d, hn::GetLane(LoadHalf(d_scale, &half)));
    const int last = std::min(first + kRowBlock, padded);  // the block is 0 behind the row's end
    for (int i = first; i < last; i += kLanes) {
      const auto levels = hn::LoadU(d_levels, from->levels + (i - first));
      const auto numbers = hn::ConvertTo(d, hn::PromoteTo(hn::RebindToSigned<FullTag>(), levels));
      hn::StoreU(hn::Mul(numbers, scale), d, to + i);
    }
  }
  for (int i = RoundUp(width, kRowBlock); i < padded; ++i) to[i] = 0.0f;
}

// Reads the rows of one head, in any order.
template <class Value>
class LineReader {
 public:
  static constexpr bool kAddsToScores = false;

  explicit LineReader(View<const Value> rows) : rows_(rows) {}
  HWY_INLINE void Read(int row, int width, int padded, float* to) const {
    ReadLine(rows_.Row(row).data(), width, padded, to);
  }
  // Asks the memory for a row that will be read.
  HWY_INLINE void Prefetch(int row) const {
    const std::span<const Value> values = rows_.Row(row);
    const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
    for (std::size_t i = 0; i < values.size_bytes(); i += 64) hwy::Prefetch(bytes + i);
  }

 private:
  View<const Value> rows_;
};
template <class Value>
struct ReaderOf {
  using Type = LineReader<Value>;
};

// to = from times log2(e) / sqrt(width), so that powers of two of the scores are their softmax.
HWY_INLINE void ReadQuery(const float* from, int width, int padded, float* to) {
  const float scale = 1.44269504f / std::sqrt(static_cast<float>(width));
  ForLanes(0, width, [=](auto d, int i) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, from + i), hn::Set(d, scale)), d, to + i);
  });
  std::fill(to + width, to + padded, 0.0f);
}

// Four numbers of every fourth line from `from` on, in the lines' order.
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

// to[i * to_stride + r] = from[r * stride + i] for kLanes lines r and i < width, and on to the next
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
