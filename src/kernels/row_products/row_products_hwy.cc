#include "kernels/row_products/row_products.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/row_products/row_products_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

using Vector = hn::VFromD<FullTag>;

// Sums that are under way together: enough to keep the multipliers busy, and few enough for the 16
// registers of AVX2.
constexpr int kTileRows = 4;
constexpr int kTileCols = 2;

// kRows x kCols values of y, from [i, j] on.
template <int kRows, int kCols>
HWY_INLINE void MultiplyTile(View<const float> a, View<const float> b, View<float> y, int i,
                             int j) {
  const FullTag d;
  const float* HWY_RESTRICT rows[kRows];
  const float* HWY_RESTRICT cols[kCols];
  Vector sums[kRows][kCols];
  for (int r = 0; r < kRows; ++r) rows[r] = a.Row(i + r).data();
  for (int c = 0; c < kCols; ++c) cols[c] = b.Row(j + c).data();
  for (int r = 0; r < kRows; ++r) {
    for (int c = 0; c < kCols; ++c) sums[r][c] = hn::Zero(d);
  }
  int k = 0;
  for (; k + kLanes <= a.cols; k += kLanes) {
    Vector part[kCols];
    for (int c = 0; c < kCols; ++c) part[c] = hn::LoadU(d, cols[c] + k);
    for (int r = 0; r < kRows; ++r) {
      const Vector row = hn::LoadU(d, rows[r] + k);
      for (int c = 0; c < kCols; ++c) sums[r][c] = hn::MulAdd(row, part[c], sums[r][c]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int c = 0; c < kCols; ++c) {
      float sum = SumLanes(sums[r][c]);
      for (int rest = k; rest < a.cols; ++rest) sum += rows[r][rest] * cols[c][rest];
      y.Row(i + r).data()[j + c] = sum;
    }
  }
}

template <int kRows>
HWY_INLINE void MultiplyRows(View<const float> a, View<const float> b, View<float> y, int i) {
  int j = 0;
  for (; j + kTileCols <= b.rows; j += kTileCols) MultiplyTile<kRows, kTileCols>(a, b, y, i, j);
  for (; j < b.rows; ++j) MultiplyTile<kRows, 1>(a, b, y, i, j);
}

}  // namespace

void Multiply(View<const float> a, View<const float> b, View<float> y) {
  int i = 0;
  for (; i + kTileRows <= a.rows; i += kTileRows) MultiplyRows<kTileRows>(a, b, y, i);
  for (; i < a.rows; ++i) MultiplyRows<1>(a, b, y, i);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<RowProductsFunction> RowProductsHighway() {
  return {HWY_CHOOSE_AVX3(Multiply), HWY_CHOOSE_AVX2(Multiply), HWY_CHOOSE_SSE4(Multiply),
          HWY_CHOOSE_NEON(Multiply)};
}

}  // namespace edgevlm
#endif
