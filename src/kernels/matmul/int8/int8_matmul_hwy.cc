#include <algorithm>
#include <iterator>
#include <type_traits>

#include "base/check.h"
#include "kernels/matmul/int8/int8_matmul.h"

#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/int8/int8_matmul_hwy.cc"
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

// Rows for which a weight is unpacked once, fewer where rows are long: what a pass reads of x and
// writes stays in the cache that feeds the L1 cache fast enough. On x86 that is the L3 cache:
// reading rows from there is cheaper than unpacking the weights once more.
constexpr int kRowsPerPass = 294;
constexpr int kMinRowsPerPass = 96;
static_assert(kRowsPerPass % kMaxRows == 0);
constexpr int kPassBytes = HWY_ARCH_X86 ? 4 << 20 : 768 << 10;

// Tiles per call of a tile function; the overhead of a call is a sixteenth of a tile.
constexpr int kTilesAtOnce = 16;

// The smallest tile: rows above kMaxSkinnyRows, and those of any of their passes, split into equal
// tiles that are no smaller.
constexpr int kMinTileRows = std::max(1, kMaxRows - 1);
static_assert(kMaxSkinnyRows >= kMaxRows * (kMaxRows - 1));
static_assert(kMinRowsPerPass / 2 >= kMaxRows * (kMaxRows - 1));

// Panels reuse the loaded values of x.
constexpr int kMaxPanels = std::max(1, kMaxColumns / kPanelColumns);

// The distance between the totals of neighboring rows, however many panels there are.
constexpr int kTotalsStride = kMaxPanels * kPackedOutputs;

// Neighboring columns of unpacked k-slices. Quants and scales take four bytes per output, so a
// column has the same offset from the first in both, known at compile time: GCC has registers for
// only one pointer to the quants and one to the scales.
template <class kKind>
struct KSliceColumns {
  static constexpr int kUnit = kKind::kGroup;

  static constexpr std::ptrdiff_t Distance(int column) {
    return column / kPanelColumns * std::ptrdiff_t{sizeof(Int8KSlice)} +
           column % kPanelColumns * 4 * kColumnOutputs;
  }

  struct Unit {
    const std::uint8_t* quants;
    const float* scales;

    HWY_INLINE ByteVector Quants(int column, int i) const {
      return hn::Load(ColumnBytes(), quants + Distance(column) + i * kPackedOutputs);
    }
    HWY_INLINE FloatVector Scale(int column, int) const {
      return hn::Load(ColumnFloats(), scales + Distance(column) / 4);
    }
    HWY_INLINE FloatVector Minimum(int column, int) const {
      constexpr std::ptrdiff_t kBytes = offsetof(Int8KSlice, minima) - offsetof(Int8KSlice, scales);
      return hn::Load(ColumnFloats(), scales + (kBytes + Distance(column)) / 4);
    }
  };

  KSliceColumns() = default;
  // column: counted over all panels; a multiple of the number of columns read.
  KSliceColumns(const Int8KSlice* slices, int column)
      : begin{slices->quants + Distance(column), slices->scales + Distance(column) / 4} {}

  HWY_INLINE Unit At(int k) const {
    return {begin.quants + k * std::ptrdiff_t{kPackedOutputs},
            begin.scales + k / kUnit * std::ptrdiff_t{kPackedOutputs}};
  }

  Unit begin;
};

// `count` tiles, one below the other; `in` is that of the first.
template <class kKind, int kRows, int kColumns>
void RunTiles(TileInput in, int count, const Int8KSlice* slices, int column,
              float* HWY_RESTRICT totals) {
  const KSliceColumns<kKind> columns(slices, column);
  using Columns = KSliceColumns<kKind>;
  using TileOfKind = std::conditional_t<std::is_same_v<kKind, RowKind>,
                                        RowTile<Columns, kRows, kColumns, kTotalsStride>,
                                        Tile<kKind, Columns, kRows, kColumns, kTotalsStride>>;
  for (int i = 0; i < count; ++i) {
    TileOfKind::AddProducts(in, columns, totals);
    in.row += kRows;
    totals += kRows * kTotalsStride;
  }
}

using TileFunction = void (*)(TileInput in, int count, const Int8KSlice* slices, int column,
                              float* totals);

template <class kKind>
struct Tiles {
  using Function = TileFunction;
  static constexpr int MaxWidth(int) { return kMaxColumns; }
  template <int kRows, int kColumns>
  static Function Of() {
    return RunTiles<kKind, kRows, kColumns>;
  }
};

using TileTable = TileFunction (*)(int rows, int columns);

template <class kKind>
constexpr TileTable kTilesOf = TileOf<Tiles<kKind>, kMaxRows, kMinTileRows>;

// Where 16-bit sums are not used, the number of bits does not matter and kinds share their tiles.
template <int kFormatIndex>
using SharedKind = std::conditional_t<
    kHasShortSums, KindOfFormat<kFormatIndex>,
    Kind<RoundingFor(kBlockFormats[kFormatIndex]), kBlockFormats[kFormatIndex].has_minimum, 8>>;

template <int kIndex = 0>
TileTable TilesForBlocks(const BlockFormat& format) {
  if constexpr (kIndex == std::size(kBlockFormats)) {
    CHECK(false);
    return nullptr;
  } else {
    if (format.dtype == kBlockFormats[kIndex].dtype) return kTilesOf<SharedKind<kIndex>>;
    return TilesForBlocks<kIndex + 1>(format);
  }
}

// The tile functions for a weight.
TileTable TilesFor(const Weight& w) {
  if (w.type() == WeightType::kInt8) return kTilesOf<Kind<Int8Rounding{}, false, 8>>;
  if (w.type() == WeightType::kInt8Rows) return kTilesOf<RowKind>;
  return TilesForBlocks(w.format());
}

// The k-slices that are unpacked next: inputs of some panels.
struct NextKSlices {
  const Weight& w;
  int panel;
  int panels;
  int first;

  // Prefetches parts [begin, end) of n into the L2 cache: while one k-slice is multiplied the next
  // one is loaded, so that unpacking it does not wait.
  HWY_INLINE void Prefetch(int begin, int end, int n) const {
    constexpr std::size_t kLine = 64;
    constexpr int kSecondCache = 2;
    const int count = std::min(kKSliceInputs, w.inputs() - first);
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

// Multiplies rows [row, row + rows.whole), in the tiles `rows`, by the panels.
void RunPanels(const Int8MatMulCall& call, const Parts& rows, int row, int panel, int panels) {
  HWY_ALIGN Int8KSlice slices[kMaxPanels];
  HWY_ALIGN float totals[kRowsPerPass * kTotalsStride];
  const UnpackFunction unpack = UnpackFor(call.w);
  const TileTable tiles = TilesFor(call.w);
  const bool has_row_scales = call.w.type() == WeightType::kInt8Rows;
  if (!has_row_scales) std::fill_n(totals, rows.whole * kTotalsStride, 0.0f);
  for (int first = 0; first < call.w.inputs(); first += kKSliceInputs) {
    const int count = std::min(kKSliceInputs, call.w.inputs() - first);
    const bool is_last = first + count == call.w.inputs();
    const NextKSlices next = {call.w, is_last ? panel + panels : panel, panels,
                              is_last ? 0 : first + count};
    for (int p = 0; p < panels; ++p) unpack(call.w, panel + p, first, count, slices[p]);
    for (int i = 0, n = 0; i < rows.count; i += n) {
      const int begin = rows.First(i), size = rows.Size(i);
      n = std::min(kTilesAtOnce, rows.EndOfSize(i) - i);
      const int columns = std::min(kMaxColumns, panels * kPanelColumns);
      const TileFunction tile = tiles(size, columns);
      next.Prefetch(i, i + n, rows.count);
      for (int column = 0; column < panels * kPanelColumns; column += columns) {
        const TileInput in{call.x, row + begin, first, count};
        tile(in, n, slices, column, totals + begin * kTotalsStride + column * kColumnOutputs);
      }
      if (!is_last) continue;
      // Here, between two calls: stores wait for memory while the next tiles already compute.
      const Area area = {row + begin, size * n, panel, panels};
      const float* done = totals + begin * kTotalsStride;
      FinishTotals(call, area, kTotalsStride, done);
    }
  }
}

}  // namespace

void Int8MatMulPanels(const Int8MatMulCall& call, const MatMulPart& part) {
  if (part.last_row - part.first_row <= kMaxSkinnyRows) return Int8SkinnyMatMul(call, part);
  const int row_bytes = 4 * QuantizedRowLayoutOf(call.x.inputs(), call.x.rounding()).floats;
  const int rows_per_pass = std::clamp(kPassBytes / row_bytes, kMinRowsPerPass, kRowsPerPass);
  ForPasses(
      part, rows_per_pass, kMaxRows, [](int) { return kMaxPanels; },
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
