// Tiles of int8 products of rows and weights with one scale each: nothing but integer sums over all
// inputs. For Highway sources.
#if defined(EDGEVLM_KERNELS_MATMUL_INT8_ROW_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_INT8_ROW_TILE_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_INT8_ROW_TILE_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_INT8_ROW_TILE_INL_H_
#endif

#include "kernels/matmul/int8/int8_matmul.h"
#include "kernels/matmul/int8/int8_tile-inl.h"
#include "kernels/matmul/tiling-inl.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

using RowKind = Kind<kRowRounding, false, 8>;

// As Tile (int8_tile-inl.h), but the totals are integers, in the bits of the floats.
template <class kSource, int kRows, int kColumns, int kStride>
struct RowTile {
  using Sums = IntegerVector[kRows][kColumns];

  static HWY_INLINE void AddProducts(const TileInput& in, const kSource& source,
                                     float* HWY_RESTRICT totals) {
    const ColumnFloats d;
    const std::int8_t* rows[kRows];
    Sums sums;
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      rows[r] = in.x.Quants(in.row + r) + in.first;
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        const float* total = totals + r * kStride + c * kColumnOutputs;
        sums[r][c] = hn::BitCast(ColumnIntegers(), hn::Load(d, total));
      }
    }
    constexpr int kUnrolled = 16;
    int k = 0;
    for (; k + kUnrolled <= in.count; k += kUnrolled) {
      const auto unit = source.At(k);
#pragma GCC unroll 4
      for (int i = 0; i < kUnrolled; i += 4) AddFour(unit, i, rows, k + i, sums);
    }
    for (; k < in.count; k += 4) AddFour(source.At(k), 0, rows, k, sums);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        float* total = totals + r * kStride + c * kColumnOutputs;
        hn::Store(hn::BitCast(d, sums[r][c]), d, total);
      }
    }
  }

  // Adds the products of four inputs: i of the unit, k of the rows.
  template <class Unit>
  static HWY_INLINE void AddFour(const Unit& unit, int i, const std::int8_t* const (&rows)[kRows],
                                 std::ptrdiff_t k, Sums& sums) {
    ByteVector w[kColumns];
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) w[c] = unit.Quants(c, i);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const auto inputs = BroadcastFour(rows[r] + k);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) sums[r][c] = AddDot<true>(sums[r][c], w[c], inputs);
    }
  }
};

// The totals of rows [row, row + count) before the first product: the correction for unsigned
// weights. totals [count, stride]; only the first `width` columns are written.
HWY_INLINE void StartRowTotals(const QuantizedRows& x, int row, int count, int width, int stride,
                               float* HWY_RESTRICT totals) {
  const ColumnFloats d;
  for (int r = 0; r < count; ++r) {
    const std::int32_t start = kUnsignedInt8 ? *x.NegatedSums(row + r) * 128 : 0;
    const auto bits = hn::BitCast(d, hn::Set(ColumnIntegers(), start));
    for (int i = 0; i < width; i += kColumnOutputs) hn::Store(bits, d, totals + r * stride + i);
  }
}

// Turns the totals of an area into floats: total * scale of w * scale of x.
HWY_INLINE void ScaleRowTotals(const Int8MatMulCall& call, const Area& area, int stride,
                               float* HWY_RESTRICT totals) {
  const ColumnFloats d;
  for (int p = 0; p < area.panels; ++p) {
    const auto* scales = reinterpret_cast<const float*>(call.w.Int8Panel(area.panel + p));
    for (int i = 0; i < kPackedOutputs; i += kColumnOutputs) {
      const auto scale = hn::Load(d, scales + i);
      float* total = totals + p * kPackedOutputs + i;
      for (int r = 0; r < area.rows; ++r, total += stride) {
        const auto sum = hn::ConvertTo(d, hn::BitCast(ColumnIntegers(), hn::Load(d, total)));
        const auto x_scale = hn::Set(d, *call.x.Scales(area.row + r));
        hn::Store(hn::Mul(hn::Mul(sum, scale), x_scale), d, total);
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
