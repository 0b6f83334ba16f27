#include <algorithm>

#include "kernels/matmul/int8_matmul.h"

#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/int8_matmul_hwy.cc"
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

constexpr int kMaxPanels = 2;

// Weights are unpacked once for so many rows, fewer where those are long: what a pass reads of x
// and writes stays in the second cache.
constexpr int kRowsPerPass = 258;
constexpr int kFewestRowsPerPass = 96;
static_assert(kRowsPerPass % kMaxRows == 0);
constexpr int kPassBytes = 768 << 10;

// Equal parts of so many rows that they are no few (Int8MatMulFewRows), or of one of their passes,
// are no smaller.
constexpr int kFewestTileRows = std::max(1, kMaxRows - 1);
static_assert(kMostFewRows >= kMaxRows * (kMaxRows - 1));
static_assert(kFewestRowsPerPass / 2 >= kMaxRows * (kMaxRows - 1));

// Panels share what is loaded of x.
constexpr int MostColumns(int rows) { return rows * 2 <= kSums ? 2 : 1; }
constexpr int MostPanels(int rows) { return std::max(1, MostColumns(rows) / kPanelColumns); }

// A column of an unpacked slice.
template <class kKind>
struct SliceColumn {
  static constexpr int kUnit = kKind::kGroup;

  struct Unit {
    const std::uint8_t* codes;
    const float* scales;
    const float* minima;

    HWY_INLINE ByteVector Codes(int i) const {
      return hn::Load(ColumnBytes(), codes + i * kSlabOutputs);
    }
    HWY_INLINE FloatVector Scale(int) const { return hn::Load(ColumnFloats(), scales); }
    HWY_INLINE FloatVector Minimum(int) const { return hn::Load(ColumnFloats(), minima); }
  };

  SliceColumn() = default;
  // column: of the panels, from the first on.
  SliceColumn(const Int8Slice* slices, int column) {
    const Int8Slice& slice = slices[column / kPanelColumns];
    const int output = column % kPanelColumns * kColumnOutputs;
    begin = {slice.codes + 4 * output, slice.scales + output, slice.minima + output};
  }

  HWY_INLINE Unit At(int k) const {
    const std::ptrdiff_t group = k / kUnit * std::ptrdiff_t{kSlabOutputs};
    return {begin.codes + k * kSlabOutputs, begin.scales + group, begin.minima + group};
  }

  Unit begin;
};

template <class kKind, int kRows, int kColumns>
void RunTile(const TileInput& in, const Int8Slice* slices, int column, float* HWY_RESTRICT totals,
             int stride) {
  SliceColumn<kKind> columns[kColumns];
  for (int c = 0; c < kColumns; ++c) columns[c] = SliceColumn<kKind>(slices, column + c);
  Tile<kKind, SliceColumn<kKind>, kRows, kColumns>::Run(in, columns, totals, stride);
}

using TileFunction = void (*)(const TileInput& in, const Int8Slice* slices, int column,
                              float* totals, int stride);

template <class kKind>
struct Tiles {
  using Function = TileFunction;
  static constexpr int MostWidth(int rows) { return MostColumns(rows); }
  template <int kRows, int kColumns>
  static Function Of() {
    return RunTile<kKind, kRows, kColumns>;
  }
};

using TileTable = TileFunction (*)(int rows, int columns);

template <int kGroup, bool kHasMinimum, int kCodeBits>
constexpr TileTable kTilesOf =
    TileOf<Tiles<Kind<kGroup, kHasMinimum, kCodeBits>>, kMaxRows, kFewestTileRows>;

// Where short sums hold a group whatever its codes are, or there are none, kinds share their tiles.
constexpr bool kBitsMatter = kHasShortSums && kShortProducts > 1;

// The tiles for a weight.
TileTable TilesFor(const Weight& w) {
  if (w.type() == WeightType::kInt8) return kTilesOf<kInt8BlockInputs, false, 8>;
  const BlockFormat& format = w.format();
  if (format.has_table || format.low_bits == 8) return kTilesOf<32, false, 8>;
  const int bits = kBitsMatter ? format.low_bits + format.high_bits : 4;
  if (format.group == 16) {
    if (format.has_minimum) return kTilesOf<16, true, 4>;
    return bits == 6 ? kTilesOf<16, false, 6> : kTilesOf<16, false, 4>;
  }
  if (format.has_minimum) return bits == 5 ? kTilesOf<32, true, 5> : kTilesOf<32, true, 4>;
  return bits == 5 ? kTilesOf<32, false, 5> : kTilesOf<32, false, 4>;
}

// Rows [row, row + rows.whole), in tiles `rows`, of the panels.
void RunPanels(const Int8MatMulCall& call, const Parts& rows, int row, int panel, int panels) {
  HWY_ALIGN Int8Slice slices[kMaxPanels];
  HWY_ALIGN float totals[kRowsPerPass * kMaxPanels * kSlabOutputs];
  const UnpackFunction unpack = UnpackFor(call.w);
  const TileTable tiles = TilesFor(call.w);
  const int bias_bits = BiasBits(call.w);
  const int stride = panels * kSlabOutputs;
  std::fill_n(totals, rows.whole * stride, 0.0f);
  for (int first = 0; first < call.w.inputs(); first += kSliceInputs) {
    const int count = std::min(kSliceInputs, call.w.inputs() - first);
    for (int p = 0; p < panels; ++p) unpack(call.w, panel + p, first, count, slices[p]);
    for (int i = 0; i < rows.count; ++i) {
      const int columns = std::min(MostColumns(rows.Size(i)), panels * kPanelColumns);
      const TileFunction tile = tiles(rows.Size(i), columns);
      for (int column = 0; column < panels * kPanelColumns; column += columns) {
        const TileInput in{call.x, row + rows.Begin(i), first, count, bias_bits};
        tile(in, slices, column, totals + rows.Begin(i) * stride + column * kColumnOutputs, stride);
      }
      if (first + count < call.w.inputs()) continue;
      // Between two tiles: storing waits for memory, which the next tile need not.
      Finish(call.epilogue, {row + rows.Begin(i), rows.Size(i), panel, panels},
             totals + rows.Begin(i) * stride, call.y);
    }
  }
}

}  // namespace

void Int8MatMulPanels(const Int8MatMulCall& call, const MatMulPart& part) {
  if (part.last_row - part.first_row <= kMostFewRows) return Int8MatMulFewRows(call, part);
  const int row_bytes = 4 * Int8LayoutOf(call.x.inputs()).floats;
  const int most_rows = std::clamp(kPassBytes / row_bytes, kFewestRowsPerPass, kRowsPerPass);
  ForPasses(part, most_rows, kMaxRows, MostPanels,
            [&](const Parts& rows, int row, int panel, int panels) {
              RunPanels(call, rows, row, panel, panels);
            });
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<Int8MatMulFunction> Int8MatMulHighway() {
  return {.avx512 = HWY_CHOOSE_AVX3(Int8MatMulPanels),
          .avx2 = HWY_CHOOSE_AVX2(Int8MatMulPanels),
          .sse4 = HWY_CHOOSE_SSE4(Int8MatMulPanels),
          .neon = HWY_CHOOSE_NEON(Int8MatMulPanels),
          .avx512vnni = HWY_CHOOSE_AVX3_DL(Int8MatMulPanels)};
}

}  // namespace edgevlm
#endif
