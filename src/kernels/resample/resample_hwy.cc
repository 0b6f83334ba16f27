#include <cstring>
#include <vector>

#include "kernels/resample/resample.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/resample/resample_hwy.cc"
#include <hwy/foreach_target.h>  // compiles what follows once for every instruction set
#include <hwy/highway.h>

// On Highway's one-lane target resample_scalar.cc does the work.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A vector holds whole RGBx pixels: one where its length is not known here, at most kWeightAlign.
constexpr std::size_t kLanes = HWY_HAVE_SCALABLE ? 4 : HWY_MIN(16, HWY_LANES(std::int32_t));
static_assert(kLanes % 4 == 0 && kLanes / 4 <= kWeightAlign);
using Sums = hn::FixedTag<std::int32_t, kLanes>;
using Bytes = hn::FixedTag<std::uint8_t, kLanes>;
using Pixel = hn::FixedTag<std::int32_t, 4>;

// Adds the pixels of a vector up: [.., 4] -> [4].
template <class D, class V>
HWY_INLINE hn::Vec<Pixel> SumOfPixels(D d, V sums) {
  if constexpr (hn::MaxLanes(d) == 4) {
    return sums;
  } else {
    const hn::Half<D> half;
    return SumOfPixels(half, hn::Add(hn::LowerHalf(half, sums), hn::UpperHalf(half, sums)));
  }
}

// One output pixel from RGBx pixels and weights that are repeated four times each; writes 4 bytes.
HWY_INLINE void WeightedPixel(const std::uint8_t* pixels, const std::int32_t* weights_x4, int taps,
                              std::uint8_t* out) {
  const Sums sums;
  auto sum = hn::Zero(sums);
  for (int i = 0; i < taps * 4; i += static_cast<int>(kLanes)) {
    const auto values = hn::PromoteTo(sums, hn::LoadU(Bytes(), pixels + i));
    sum = hn::Add(sum, hn::Mul(values, hn::LoadU(sums, weights_x4 + i)));
  }
  const auto rounded = hn::Add(SumOfPixels(sums, sum), hn::Set(Pixel(), 1 << (kWeightBits - 1)));
  const hn::FixedTag<std::uint8_t, 4> bytes;
  hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<kWeightBits>(rounded)), bytes, out);
}

// [width, 3] -> [width, 4]; the fourth value is arbitrary.
HWY_INLINE void Widen(const std::uint8_t* in, int width, std::uint8_t* out) {
  const hn::FixedTag<std::uint8_t, 16> d;
  alignas(16) static constexpr std::uint8_t kSpread[16] = {0, 1, 2, 2, 3, 4,  5,  5,
                                                           6, 7, 8, 8, 9, 10, 11, 11};
  const auto spread = hn::Load(d, kSpread);
  int x = 0;
  for (; x + 6 <= width; x += 4) {  // 16 bytes are read: five pixels and a bit
    hn::StoreU(hn::TableLookupBytes(hn::LoadU(d, in + x * 3), spread), d, out + x * 4);
  }
  for (; x < width; ++x) std::memcpy(out + x * 4, in + x * 3, 3);
}

void Rows(View<const std::uint8_t> in, const ResampleAxis& axis, View<std::uint8_t> out) {
  // Zeros past the row, where weights of zero read. 64 bits: axis.in may be anything.
  std::vector<std::uint8_t> wide(
      (static_cast<std::size_t>(axis.in) + static_cast<std::size_t>(axis.taps)) * 4);
  const std::size_t weights_per_pixel = static_cast<std::size_t>(axis.taps) * 4;
  for (int y = 0; y < in.rows; ++y) {
    Widen(in.Row(y).data(), axis.in, wide.data());
    std::uint8_t* row = out.Row(y).data();
    for (int x = 0; x < axis.out; ++x) {
      const auto at = static_cast<std::size_t>(x);
      std::uint8_t pixel[4];
      // The fourth byte falls into the next pixel, which is written later; the last pixel has none.
      std::uint8_t* target = x + 1 < axis.out ? row + at * 3 : pixel;
      WeightedPixel(&wide[static_cast<std::size_t>(axis.first[at]) * 4],
                    &axis.weights_x4[at * weights_per_pixel], axis.taps, target);
      if (target == pixel) std::memcpy(row + at * 3, pixel, 3);
    }
  }
}

// kLanes neighboring values of one output row.
HWY_INLINE void WeightedColumns(const std::uint8_t* in, std::ptrdiff_t stride,
                                const std::int32_t* weights, int count, std::uint8_t* out) {
  const Sums sums;
  auto sum = hn::Set(sums, 1 << (kWeightBits - 1));
  for (int t = 0; t < count; ++t) {
    const auto values = hn::PromoteTo(sums, hn::LoadU(Bytes(), in + t * stride));
    sum = hn::Add(sum, hn::Mul(values, hn::Set(sums, weights[t])));
  }
  hn::StoreU(hn::DemoteTo(Bytes(), hn::ShiftRight<kWeightBits>(sum)), Bytes(), out);
}

void Columns(View<const std::uint8_t> in, const ResampleAxis& axis, int begin,
             View<std::uint8_t> out) {
  constexpr int kStep = static_cast<int>(kLanes);
  if (out.cols < kStep) return ResampleColumnsScalar(in, axis, begin, out);
  for (int y = 0; y < out.rows; ++y) {
    const auto at = static_cast<std::size_t>(begin + y);
    const std::int32_t* weights = &axis.weights[at * static_cast<std::size_t>(axis.taps)];
    const std::uint8_t* top = in.Row(axis.first[at]).data();
    std::uint8_t* row = out.Row(y).data();
    for (int i = 0; i < out.cols; i += kStep) {
      const int from = HWY_MIN(i, out.cols - kStep);  // the last vector overlaps the one before
      WeightedColumns(top + from, in.stride, weights, axis.count[at], row + from);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<ResampleRowsFunction> ResampleRowsHighway() {
  return {HWY_CHOOSE_AVX3(Rows), HWY_CHOOSE_AVX2(Rows), HWY_CHOOSE_SSE4(Rows),
          HWY_CHOOSE_NEON(Rows)};
}

HighwayVariants<ResampleColumnsFunction> ResampleColumnsHighway() {
  return {HWY_CHOOSE_AVX3(Columns), HWY_CHOOSE_AVX2(Columns), HWY_CHOOSE_SSE4(Columns),
          HWY_CHOOSE_NEON(Columns)};
}

}  // namespace edgevlm
#endif
