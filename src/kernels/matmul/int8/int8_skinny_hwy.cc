#include <hwy/cache_control.h>

#include <algorithm>
#include <iterator>
#include <type_traits>

#include "base/check.h"
#include "kernels/matmul/int8/int8_matmul.h"

#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/int8/int8_skinny_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/matmul/avx512vnni_target-inl.h"
#include "kernels/matmul/int8/int8_row_tile-inl.h"
#include "kernels/matmul/int8/int8_skinny-inl.h"
#include "kernels/matmul/int8/int8_tile-inl.h"
#include "kernels/matmul/int8/int8_unpack-inl.h"
#include "kernels/matmul/tiling-inl.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// Rows of a tile: one integer sum and one float sum per row stay in registers, beside what is
// unpacked of a packed block.
constexpr int kSkinnyTileRows = kMaxRows == 6 ? 8 : kMaxRows;

// Prefetches what is read next of a weight: skinny products are bound by memory, and the hardware
// prefetcher stops at the end of a page of 4 KiB.
HWY_INLINE void PrefetchAhead(const std::byte* stored, int bytes) {
  constexpr int kDistance = 8192;
  for (int i = 0; i < bytes; i += 64) hwy::Prefetch(stored + kDistance + i);
}

// The first output of a column in its panel; known at compile time where a panel has one column.
struct ColumnStart {
  ColumnStart() = default;
  explicit ColumnStart(int column) : first(column * kColumnOutputs) {}
  HWY_INLINE int output() const { return kPanelColumns == 1 ? 0 : first; }

  int first;
};

// A column of a panel of packed blocks.
template <int kFormatIndex>
struct BlockColumn {
  static constexpr const BlockFormat& kFormat = kBlockFormats[kFormatIndex];
  static constexpr PackedBlockLayout kLayout = LayoutOf(kFormat);
  static constexpr int kUnit = kUnitValues;
  using KindOf = KindOfFormat<kFormatIndex>;

  struct Unit {
    const std::byte* packed;
    std::ptrdiff_t group;  // first
    ColumnStart start;
    ByteVector quads[8];

    HWY_INLINE ByteVector Quants(int i) const { return quads[i / 4]; }
    HWY_INLINE FloatVector Scale(int g) const {
      return ScaleOf<std::int8_t, kFormat.has_group_scales>(packed + 2 * start.output(),
                                                            Factors(kLayout.group_scales, g));
    }
    HWY_INLINE FloatVector Minimum(int g) const {
      const auto minimum = ScaleOf<std::uint8_t, kFormat.has_group_scales>(
          packed + kLayout.minima + 2 * start.output(), Factors(kLayout.group_minima, g));
      const auto center = hn::Set(ColumnFloats(), static_cast<float>(CenterOf(kFormat)));
      return hn::Sub(minimum, hn::Mul(Scale(g), center));
    }
    HWY_INLINE const std::byte* Factors(int part, int g) const {
      return packed + part + (group + g) * kPackedOutputs + start.output();
    }
  };

  BlockColumn() = default;
  BlockColumn(const Weight& w, int panel, int column)
      : blocks(w.PackedBlock(panel, 0)), start(column) {}

  // Reads the unit from input k on.
  HWY_INLINE void Read(int k, Unit& result) const {
    constexpr unsigned kValues = kFormat.values, kUnits = kValues / kUnitValues;
    const auto input = static_cast<unsigned>(k);
    const std::byte* packed = blocks + input / kValues * std::ptrdiff_t{kLayout.bytes};
    const std::ptrdiff_t unit = input % kValues / kUnitValues;
    constexpr int kUnitBytes = kLayout.bytes / kUnits;
    if (start.output() == 0) PrefetchAhead(packed + unit * kUnitBytes, kUnitBytes);
    const auto* planes = reinterpret_cast<const std::uint8_t*>(packed) + 4 * start.output();
    result.packed = packed;
    result.group = unit * (kUnitValues / kFormat.group);
    result.start = start;
    UnpackColumn<QuantFormatOf(kFormat)>(
        planes + kLayout.low_quants + unit * kFormat.low_bits * kQuantRowBytes,
        planes + kLayout.high_quants + unit * kFormat.high_bits * kQuantRowBytes, 0, result.quads);
  }

  const std::byte* blocks;  // of the panel
  ColumnStart start;
};

// A column of a panel of int8 with blocks, or with one scale a row.
template <bool kHasRowScales>
struct Int8Column {
  static constexpr int kUnit = kInt8BlockInputs;
  using KindOf = std::conditional_t<kHasRowScales, RowKind, Kind<Int8Rounding{}, false, 8>>;
  static constexpr int kBlock = kHasRowScales ? kInt8WholeRow : kInt8BlockInputs;

  struct Unit {
    const std::uint8_t* quants;

    HWY_INLINE ByteVector Quants(int i) const {
      const ColumnBytes d;
      const auto row = hn::LoadU(d, quants + i * kPackedOutputs);
      return kUnsignedInt8 ? hn::Xor(row, hn::Set(d, 128)) : row;
    }
    // Of a block: its scales lie before its quants.
    HWY_INLINE FloatVector Scale(int) const {
      const auto* scales = reinterpret_cast<const float*>(quants - kInt8ScaleBytes);
      return hn::LoadU(ColumnFloats(), scales);
    }
  };

  Int8Column() = default;
  Int8Column(const Weight& w, int panel, int column) : blocks(w.Int8Panel(panel)), start(column) {}

  // Reads the unit from input k on, a multiple of 4.
  HWY_INLINE void Read(int k, Unit& unit) const {
    const std::byte* stored = blocks + Int8QuantsAt(k, kBlock);
    if (start.output() == 0 && k % kInt8BlockInputs == 0) {
      PrefetchAhead(stored, kInt8BlockInputs * kPackedOutputs);
    }
    unit.quants = reinterpret_cast<const std::uint8_t*>(stored) + 4 * start.output();
  }

  const std::byte* blocks;
  ColumnStart start;
};

// Neighboring columns of a panel.
template <class kColumn, int kColumns>
struct ColumnsOf {
  static constexpr int kUnit = kColumn::kUnit;

  struct Unit {
    typename kColumn::Unit units[kColumns];

    HWY_INLINE ByteVector Quants(int column, int i) const { return units[column].Quants(i); }
    HWY_INLINE FloatVector Scale(int column, int g) const { return units[column].Scale(g); }
    HWY_INLINE FloatVector Minimum(int column, int g) const { return units[column].Minimum(g); }
  };

  ColumnsOf() = default;
  ColumnsOf(const Weight& w, int panel, int column) {
    for (int c = 0; c < kColumns; ++c) columns[c] = kColumn(w, panel, column + c);
  }

  HWY_INLINE Unit At(int k) const {
    Unit unit;
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) columns[c].Read(k, unit.units[c]);
    return unit;
  }

  kColumn columns[kColumns];
};

// Adds the products of a panel, from column `column` on, to totals [kRows, kPackedOutputs].
using TileFunction = void (*)(const TileInput& in, const Weight& w, int panel, int column,
                              float* totals);

template <class kColumn, int kRows, int kColumns>
void RunTile(const TileInput& in, const Weight& w, int panel, int column,
             float* HWY_RESTRICT totals) {
  using Columns = ColumnsOf<kColumn, kColumns>;
  using KindOf = typename kColumn::KindOf;
  using TileOfKind = std::conditional_t<std::is_same_v<KindOf, RowKind>,
                                        RowTile<Columns, kRows, kColumns, kPackedOutputs>,
                                        Tile<KindOf, Columns, kRows, kColumns, kPackedOutputs>>;
  TileOfKind::AddProducts(in, Columns(w, panel, column), totals + column * kColumnOutputs);
}

constexpr int MaxColumns(int rows) {
  int columns = kPanelColumns;
  while (columns > 1 && rows * columns > 2 * kSkinnyTileRows) columns /= 2;
  return columns;
}

template <class kColumn>
struct Tiles {
  using Function = TileFunction;
  static constexpr int MaxWidth(int rows) { return MaxColumns(rows); }
  template <int kRows, int kColumns>
  static Function Of() {
    return RunTile<kColumn, kRows, kColumns>;
  }
};

using TileTable = TileFunction (*)(int rows, int columns);

template <class kColumn>
TileFunction TileOfColumns(int rows, int columns) {
  return TileOf<Tiles<kColumn>, kSkinnyTileRows>(rows, columns);
}

// The tile functions for a weight of packed blocks.
template <int kIndex = 0>
TileTable TilesOfBlocks(const BlockFormat& format) {
  if constexpr (kIndex == std::size(kBlockFormats)) {
    CHECK(false);
    return nullptr;
  } else {
    if (format.dtype == kBlockFormats[kIndex].dtype) return TileOfColumns<BlockColumn<kIndex>>;
    return TilesOfBlocks<kIndex + 1>(format);
  }
}

TileTable TilesFor(const Weight& w) {
  if (w.type() == WeightType::kInt8) return TileOfColumns<Int8Column<false>>;
  if (w.type() == WeightType::kInt8Rows) return TileOfColumns<Int8Column<true>>;
  return TilesOfBlocks(w.format());
}

}  // namespace

void Int8SkinnyMatMul(const Int8MatMulCall& call, const MatMulPart& part) {
  const Parts rows = PartsOfAtMost(kSkinnyTileRows, part.last_row - part.first_row);
  if (rows.count == 0) return;
  const Weight& w = call.w;
  const bool has_row_scales = w.type() == WeightType::kInt8Rows;
  const TileTable tiles = TilesFor(w);
  HWY_ALIGN float totals[kSkinnyTileRows * kPackedOutputs];
  for (int panel = part.first_panel; panel < part.last_panel; ++panel) {
    for (int i = 0; i < rows.count; ++i) {
      const int row = part.first_row + rows.First(i);
      const TileInput in{call.x, row, 0, w.inputs()};
      const int columns = MaxColumns(rows.Size(i));
      const TileFunction tile = tiles(rows.Size(i), columns);
      if (!has_row_scales) std::fill_n(totals, rows.Size(i) * kPackedOutputs, 0.0f);
      for (int c = 0; c < kPanelColumns; c += columns) tile(in, w, panel, c, totals);
      FinishTotals(call, {row, rows.Size(i), panel, 1}, kPackedOutputs, totals);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif
