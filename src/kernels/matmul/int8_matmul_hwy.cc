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

// Weights are unpacked once for so many rows, fewer where those are long: what a pass reads of x
// and writes stays in the second cache.
constexpr int kRowsPerPass = 294;
constexpr int kFewestRowsPerPass = 96;
static_assert(kRowsPerPass % kMaxRows == 0);
constexpr int kPassBytes = 768 << 10;

// Tiles of a call, which costs as much as a sixteenth of one.
constexpr int kTilesAtOnce = 16;

// Equal parts of so many rows that they are no few (Int8MatMulFewRows), or of one of their passes,
// are no smaller.
constexpr int kFewestTileRows = std::max(1, kMaxRows - 1);
static_assert(kMostFewRows >= kMaxRows * (kMaxRows - 1));
static_assert(kFewestRowsPerPass / 2 >= kMaxRows * (kMaxRows - 1));

// Panels share what is loaded of x.
constexpr int MostColumns(int rows) { return rows * 2 <= kSums ? 2 : 1; }
constexpr int MostPanels(int rows) { return std::max(1, MostColumns(rows) / kPanelColumns); }
constexpr int kMaxPanels = MostPanels(1);

// Totals of neighboring rows are so far from each other, however many panels there are.
constexpr int kTotalsStride = kMaxPanels * kSlabOutputs;

// Neighboring columns of unpacked slices. Codes and scales take four bytes an output, so a column
// is as far from the first in both, by a number known while compiling: GCC has no registers for
// more pointers than one to the codes and one to the scales.
template <class kKind>
struct SliceColumns {
  static constexpr int kUnit = kKind::kGroup;

  static constexpr std::ptrdiff_t Distance(int column) {
    return column / kPanelColumns * std::ptrdiff_t{sizeof(Int8Slice)} +
           column % kPanelColumns * 4 * kColumnOutputs;
  }

  struct Unit {
    const std::uint8_t* codes;
    const float* scales;

    HWY_INLINE ByteVector Codes(int column, int i) const {
      return hn::Load(ColumnBytes(), codes + Distance(column) + i * kSlabOutputs);
    }
    HWY_INLINE FloatVector Scale(int column, int) const {
      return hn::Load(ColumnFloats(), scales + Distance(column) / 4);
    }
    HWY_INLINE FloatVector Minimum(int column, int) const {
      constexpr std::ptrdiff_t kBytes = offsetof(Int8Slice, minima) - offsetof(Int8Slice, scales);
      return hn::Load(ColumnFloats(), scales + (kBytes + Distance(column)) / 4);
    }
  };

  SliceColumns() = default;
  // column: of the panels, from the first on; a multiple of how many are read.
  SliceColumns(const Int8Slice* slices, int column)
      : begin{slices->codes + Distance(column), slices->scales + Distance(column) / 4} {}

  HWY_INLINE Unit At(int k) const {
    return {begin.codes + k * std::ptrdiff_t{kSlabOutputs},
            begin.scales + k / kUnit * std::ptrdiff_t{kSlabOutputs}};
  }

  Unit begin;
};

// So many tiles one below the other; `in` is of the first.
template <class kKind, int kRows, int kColumns>
void RunTiles(TileInput in, int count, const Int8Slice* slices, int column,
              float* HWY_RESTRICT totals) {
  const SliceColumns<kKind> columns(slices, column);
  for (int i = 0; i < count; ++i) {
    Tile<kKind, SliceColumns<kKind>, kRows, kColumns, kTotalsStride>::Run(in, columns, totals);
    in.row += kRows;
    totals += kRows * kTotalsStride;
  }
}

using TileFunction = void (*)(TileInput in, int count, const Int8Slice* slices, int column,
                              float* totals);

template <class kKind>
struct Tiles {
  using Function = TileFunction;
  static constexpr int MostWidth(int rows) { return MostColumns(rows); }
  template <int kRows, int kColumns>
  static Function Of() {
    return RunTiles<kKind, kRows, kColumns>;
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

// What is unpacked next: inputs of some panels.
struct NextSlices {
  const Weight& w;
  int panel;
  int panels;
  int first;

  // Asks the memory for parts [begin, end) of n of it, for the second cache: while one slice is
  // multiplied, the next is on its way, and unpacking it waits for nothing.
  HWY_INLINE void Ask(int begin, int end, int n) const {
    constexpr std::size_t kLine = 64;
    constexpr int kSecondCache = 2;
    const int count = std::min(kSliceInputs, w.inputs() - first);
    for (int p = panel; p < std::min(panel + panels, w.panels()); ++p) {
      const std::span<const std::byte> stored = w.StoredInputs(p, first, count);
      const std::size_t lines = (stored.size() + kLine - 1) / kLine;
      const auto edge = [&](int i) {
        return lines * static_cast<std::size_t>(i) / static_cast<std::size_t>(n);
      };
      for (std::size_t line = edge(begin); line < edge(end); ++line) {
        __builtin_prefetch(stored.data() + line * kLine, 0, kSecondCache);
      }
    }
  }
};

// Rows [row, row + rows.whole), in tiles `rows`, of the panels.
void RunPanels(const Int8MatMulCall& call, const Parts& rows, int row, int panel, int panels) {
  HWY_ALIGN Int8Slice slices[kMaxPanels];
  HWY_ALIGN float totals[kRowsPerPass * kTotalsStride];
  const UnpackFunction unpack = UnpackFor(call.w);
  const TileTable tiles = TilesFor(call.w);
  const int bias_bits = BiasBits(call.w);
  std::fill_n(totals, rows.whole * kTotalsStride, 0.0f);
  for (int first = 0; first < call.w.inputs(); first += kSliceInputs) {
    const int count = std::min(kSliceInputs, call.w.inputs() - first);
    const bool is_last = first + count == call.w.inputs();
    const NextSlices next = {call.w, is_last ? panel + panels : panel, panels,
                             is_last ? 0 : first + count};
    for (int p = 0; p < panels; ++p) unpack(call.w, panel + p, first, count, slices[p]);
    for (int i = 0, n = 0; i < rows.count; i += n) {
      const int begin = rows.Begin(i), size = rows.Size(i);
      n = std::min(kTilesAtOnce, rows.EndOfSize(i) - i);
      const int columns = std::min(MostColumns(size), panels * kPanelColumns);
      const TileFunction tile = tiles(size, columns);
      next.Ask(i, i + n, rows.count);
      for (int column = 0; column < panels * kPanelColumns; column += columns) {
        const TileInput in{call.x, row + begin, first, count, bias_bits};
        tile(in, n, slices, column, totals + begin * kTotalsStride + column * kColumnOutputs);
      }
      if (!is_last) continue;
      // Between two calls: storing waits for memory, which the next tiles need not.
      Finish(call.epilogue, {row + begin, size * n, panel, panels}, totals + begin * kTotalsStride,
             kTotalsStride, call.y);
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
