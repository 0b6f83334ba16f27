// Tiles of int8 products of rows and weights with one scale each: nothing but integer sums over all
// inputs. For Highway sources.
#if defined(EDGEVLM_KERNELS_MATMUL_INT8_ROW_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_INT8_ROW_TILE_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_INT8_ROW_TILE_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_INT8_ROW_TILE_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "kernels/matmul/int8/int8_matmul.h"
#include "kernels/matmul/int8/int8_tile-inl.h"
#include "kernels/matmul/tiling-inl.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

using RowKind = Kind<kRowRounding, false, 8>;

// As Tile (int8_tile-inl.h), but the totals are integers, in the bits of the floats. Those of the
// first inputs are set, not added to.
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
        sums[r][c] = in.first == 0 ? hn::Zero(ColumnIntegers())
                                   : hn::BitCast(ColumnIntegers(), hn::Load(d, total));
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
    for (int c = 0; c < kColumns; ++c) w[c] = Kept(unit.Quants(c, i));
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const auto inputs = BroadcastFour(rows[r] + k);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) sums[r][c] = AddDot<true>(sums[r][c], w[c], inputs);
    }
  }
};

// y = epilogue(total * scale of w * scale of x) of an area, for weights with one scale a row.
//   totals  [rows, stride], less the correction for unsigned weights
HWY_INLINE void FinishRowTotals(const Int8MatMulCall& call, const Area& area, int stride,
                                const float* HWY_RESTRICT totals) {
  for (int p = 0; p < area.panels; ++p, totals += kPackedOutputs) {
    const auto* scales = reinterpret_cast<const float*>(call.w.Int8Panel(area.panel + p));
    const int first = (area.panel + p) * kPackedOutputs - call.first_output;
    const int outputs = std::min(kPackedOutputs, call.y.cols - first);
    for (int r = 0; r < area.rows; ++r) {
      const int row = area.row + r;
      const float x_scale = *call.x.Scales(row);
      const std::int32_t correction = kUnsignedInt8 ? *call.x.BiasTerms(row) : 0;
      const float* row_totals = totals + r * stride;
      const auto value = [=](auto d, int i) HWY_ATTR {
        const hn::RebindToSigned<decltype(d)> d_sums;
        const auto total = hn::BitCast(d_sums, hn::LoadU(d, row_totals + i));
        const auto sum = hn::ConvertTo(d, hn::Add(total, hn::Set(d_sums, correction)));
        return hn::Mul(hn::Mul(sum, hn::LoadU(d, scales + i)), hn::Set(d, x_scale));
      };
      ApplyEpilogueToValues(value, call.epilogue.Row(row, first), call.y.Row(row).data() + first,
                            outputs);
    }
  }
}

// y = epilogue(totals) of an area, for any weight.
HWY_INLINE void FinishTotals(const Int8MatMulCall& call, const Area& area, int stride,
                             const float* HWY_RESTRICT totals) {
  if (call.w.type() == WeightType::kInt8Rows) return FinishRowTotals(call, area, stride, totals);
  Area own = area;
  own.panel -= call.first_output / kPackedOutputs;
  ApplyEpilogue(call.epilogue, own, totals, stride, call.y);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
