#include <hwy/cache_control.h>

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "kernels/matmul/int8_matmul.h"

#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/int8_few_rows_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/matmul/avx512vnni_target-inl.h"
#include "kernels/matmul/finish-inl.h"
#include "kernels/matmul/int8_few_rows-inl.h"
#include "kernels/matmul/int8_tile-inl.h"
#include "kernels/matmul/int8_unpack-inl.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// Rows of a tile: one sum of integers and one of floats for each stay in registers, beside what is
// taken out of a slab.
constexpr int kFewTileRows = kMaxRows == 6 ? 8 : kMaxRows;

// Asks for what a weight that is read from memory gives next: products of few rows wait for nothing
// else, and the processor's own guesses stop at the end of a page of 4 KiB.
HWY_INLINE void PrefetchAhead(const std::byte* stored, int bytes) {
  constexpr int kDistance = 8192;
  for (int i = 0; i < bytes; i += 64) hwy::Prefetch(stored + kDistance + i);
}

// Where a column stands in its panel: its first output. Known while compiling where it is the only
// one.
struct Place {
  Place() = default;
  explicit Place(int column) : first(column * kColumnOutputs) {}
  HWY_INLINE int output() const { return kPanelColumns == 1 ? 0 : first; }

  int first;
};

// A column of a panel of blocks.
template <int kFormatIndex>
struct SlabColumn {
  static constexpr const BlockFormat& kFormat = kBlockFormats[kFormatIndex];
  static constexpr SlabLayout kLayout = LayoutOf(kFormat);
  static constexpr int kUnit = kUnitValues;
  static constexpr bool kIsWide = kFormat.has_table || kFormat.low_bits == 8;
  static constexpr Recode kRecode = kFormat.has_table       ? Recode::kTable
                                    : kFormat.low_bits == 8 ? Recode::kLevels
                                    : kFormat.has_minimum   ? Recode::kNone
                                    : kSignedFactors        ? Recode::kBias
                                                            : Recode::kNone;
  using KindOf =
      Kind<kFormat.group, kFormat.has_minimum, kIsWide ? 8 : kFormat.low_bits + kFormat.high_bits>;

  struct Unit {
    const std::byte* slab;
    const std::uint8_t* low;
    const std::uint8_t* high;
    std::ptrdiff_t group;  // first
    Place place;

    HWY_INLINE ByteVector Codes(int i) const {
      return CodesOfUnit<kFormat.low_bits, kFormat.high_bits, kRecode>(low, high, i / 4, 0);
    }
    HWY_INLINE FloatVector Scale(int g) const {
      return ScaleOf<std::int8_t, kFormat.has_group_scales>(slab + 2 * place.output(),
                                                            Factors(kLayout.group_scales, g));
    }
    HWY_INLINE FloatVector Minimum(int g) const {
      return ScaleOf<std::uint8_t, kFormat.has_group_scales>(
          slab + kLayout.minima + 2 * place.output(), Factors(kLayout.group_minima, g));
    }
    HWY_INLINE const std::byte* Factors(int part, int g) const {
      return slab + part + (group + g) * kSlabOutputs + place.output();
    }
  };

  SlabColumn() = default;
  SlabColumn(const Weight& w, int panel, int column) : slabs(w.Slab(panel, 0)), place(column) {}

  HWY_INLINE Unit At(int k) const {
    constexpr unsigned kValues = kFormat.values, kUnits = kValues / kUnitValues;
    const auto input = static_cast<unsigned>(k);
    const std::byte* slab = slabs + input / kValues * std::ptrdiff_t{kLayout.bytes};
    const std::ptrdiff_t unit = input % kValues / kUnitValues;
    constexpr int kShare = kLayout.bytes / kUnits;
    if (place.output() == 0) PrefetchAhead(slab + unit * kShare, kShare);
    const auto* planes = reinterpret_cast<const std::uint8_t*>(slab) + 4 * place.output();
    return {slab, planes + kLayout.low_codes + unit * kFormat.low_bits * kCodeRowBytes,
            planes + kLayout.high_codes + unit * kFormat.high_bits * kCodeRowBytes,
            unit * (kUnitValues / kFormat.group), place};
  }

  const std::byte* slabs;  // of the panel
  Place place;
};

// A column of a panel of int8.
struct Int8Column {
  static constexpr int kUnit = kInt8BlockInputs;
  using KindOf = Kind<kInt8BlockInputs, false, 8>;

  struct Unit {
    const std::uint8_t* levels;
    const float* scales;

    HWY_INLINE ByteVector Codes(int i) const {
      const ColumnBytes d;
      const auto row = hn::LoadU(d, levels + i * kSlabOutputs);
      return kUnsignedLevels ? hn::Xor(row, hn::Set(d, 128)) : row;
    }
    HWY_INLINE FloatVector Scale(int) const { return hn::LoadU(ColumnFloats(), scales); }
  };

  Int8Column() = default;
  Int8Column(const Weight& w, int panel, int column) : blocks(w.Int8Panel(panel)), place(column) {}

  HWY_INLINE Unit At(int k) const {
    const std::byte* block = blocks + k / kInt8BlockInputs * std::ptrdiff_t{kInt8BlockBytes};
    if (place.output() == 0) PrefetchAhead(block, kInt8BlockBytes);
    const auto* scales = reinterpret_cast<const float*>(block);
    return {reinterpret_cast<const std::uint8_t*>(scales + kSlabOutputs) + 4 * place.output(),
            scales + place.output()};
  }

  const std::byte* blocks;
  Place place;
};

// Neighboring columns of a panel.
template <class kColumn, int kColumns>
struct ColumnsOf {
  static constexpr int kUnit = kColumn::kUnit;

  struct Unit {
    typename kColumn::Unit units[kColumns];

    HWY_INLINE ByteVector Codes(int column, int i) const { return units[column].Codes(i); }
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
    for (int c = 0; c < kColumns; ++c) unit.units[c] = columns[c].At(k);
    return unit;
  }

  kColumn columns[kColumns];
};

// Adds a panel's products from column `column` on to totals [kRows, kSlabOutputs].
using TileFunction = void (*)(const TileInput& in, const Weight& w, int panel, int column,
                              float* totals);

template <class kColumn, int kRows, int kColumns>
void RunTile(const TileInput& in, const Weight& w, int panel, int column,
             float* HWY_RESTRICT totals) {
  using Columns = ColumnsOf<kColumn, kColumns>;
  Tile<typename kColumn::KindOf, Columns, kRows, kColumns, kSlabOutputs>::Run(
      in, Columns(w, panel, column), totals + column * kColumnOutputs);
}

template <class kColumn>
struct Tiles {
  using Function = TileFunction;
  static constexpr int MostWidth(int rows) {
    int columns = kPanelColumns;
    while (columns > 1 && rows * columns > 2 * kFewTileRows) columns /= 2;
    return columns;
  }
  template <int kRows, int kColumns>
  static Function Of() {
    return RunTile<kColumn, kRows, kColumns>;
  }
};

using TileTable = TileFunction (*)(int rows, int columns);

template <class kColumn>
TileFunction TileOfColumns(int rows, int columns) {
  return TileOf<Tiles<kColumn>, kFewTileRows>(rows, columns);
}

// The tiles for a weight of blocks.
template <int kIndex = 0>
TileTable TilesOfBlocks(const BlockFormat& format) {
  if constexpr (kIndex == std::size(kBlockFormats)) {
    CHECK(false);
    return nullptr;
  } else {
    if (format.dtype == kBlockFormats[kIndex].dtype) return TileOfColumns<SlabColumn<kIndex>>;
    return TilesOfBlocks<kIndex + 1>(format);
  }
}

}  // namespace

void Int8MatMulFewRows(const Int8MatMulCall& call, const MatMulPart& part) {
  const Parts rows = PartsOfAtMost(kFewTileRows, part.last_row - part.first_row);
  if (rows.count == 0) return;
  const Weight& w = call.w;
  const bool is_int8 = w.type() == WeightType::kInt8;
  const TileTable tiles = is_int8 ? TileOfColumns<Int8Column> : TilesOfBlocks(w.format());
  const int bias_bits = BiasBits(w);
  HWY_ALIGN float totals[kFewTileRows * kSlabOutputs];
  for (int panel = part.first_panel; panel < part.last_panel; ++panel) {
    for (int i = 0; i < rows.count; ++i) {
      const int row = part.first_row + rows.Begin(i);
      const TileInput in{call.x, row, 0, w.inputs(), bias_bits};
      const int columns = Tiles<Int8Column>::MostWidth(rows.Size(i));
      const TileFunction tile = tiles(rows.Size(i), columns);
      std::fill_n(totals, rows.Size(i) * kSlabOutputs, 0.0f);
      for (int c = 0; c < kPanelColumns; c += columns) tile(in, w, panel, c, totals);
      Finish(call.epilogue, {row, rows.Size(i), panel, 1}, totals, kSlabOutputs, call.y);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif
