#include <algorithm>

#include "kernels/matmul/bf16/bf16_matmul.h"

#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/bf16/bf16_matmul_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/matmul/avx512vnni_target-inl.h"

// Highway 1.0.3 has no target with dot products of bfloat16: this source adds them to its widest
// one.
#if HWY_TARGET == HWY_AVX3_DL
#undef HWY_TARGET_STR
#define HWY_TARGET_STR EDGEVLM_TARGET_STR_AVX512VNNI ",avx512bf16"
#endif

#include "kernels/matmul/tiling-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// One register holds a column of neighboring outputs of one row; a tile is kRows rows of x times
// kColumns columns of w.
using ColumnTag = hn::CappedTag<float, Weight::kPanelWidth>;
using Bf16PairTag = hn::RebindToUnsigned<ColumnTag>;
using Column = hn::VFromD<ColumnTag>;
using ColumnBf16Pairs = hn::VFromD<Bf16PairTag>;
constexpr int kColumnOutputs = static_cast<int>(hn::MaxLanes(ColumnTag()));
constexpr int kPanelColumns = Weight::kPanelWidth / kColumnOutputs;
constexpr int kSums = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 ? 6 : 24;
constexpr int kMaxRows = 6;
constexpr int kMaxPanels = 4;
constexpr int kPanelRowPairs = Weight::kPanelWidth;  // of one step of a panel

// Pairs per k-slice: what a pass over the rows reads of w stays in the L1 cache. 128 pairs of 4
// panels are 32 KiB.
constexpr int kKSlicePairs = 128;
constexpr int kRowsPerPass = 192;
static_assert(kRowsPerPass % kMaxRows == 0);

constexpr int MaxColumns(int rows) {
  int columns = kMaxPanels;
  while (columns > 1 && rows * columns > kSums) columns /= 2;
  return columns;
}
constexpr int MaxPanels(int rows) { return std::max(1, MaxColumns(rows) / kPanelColumns); }

// sums + the products of both halves of w and x.
HWY_INLINE Column AddBf16Pairs(Column sums, ColumnBf16Pairs w, ColumnBf16Pairs x) {
#if HWY_TARGET == HWY_AVX3_DL
  return Column{_mm512_dpbf16_ps(sums.raw, reinterpret_cast<__m512bh>(w.raw),
                                 reinterpret_cast<__m512bh>(x.raw))};
#else
  const ColumnTag d;
  const Bf16PairTag d_pairs;
  const auto upper = hn::Set(d_pairs, 0xffff0000u);
  sums =
      hn::MulAdd(hn::BitCast(d, hn::ShiftLeft<16>(w)), hn::BitCast(d, hn::ShiftLeft<16>(x)), sums);
  return hn::MulAdd(hn::BitCast(d, hn::And(w, upper)), hn::BitCast(d, hn::And(x, upper)), sums);
#endif
}

struct TileInput {
  const Bf16Rows& x;
  int row;
  int first;  // pair
  int count;  // of pairs
  const std::uint32_t*
      columns[kMaxPanels];  // from the tile's first output of each on, pair `first`
};

// Adds the products of the pairs to totals [kRows, stride].
template <int kRows, int kColumns>
void Tile(const TileInput& in, float* HWY_RESTRICT totals, int stride) {
  const ColumnTag d;
  const Bf16PairTag d_pairs;
  const std::uint32_t* x[kRows];
  Column sums[kRows][kColumns];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    x[r] = in.x.Pairs(in.row + r) + in.first;
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      sums[r][c] = hn::Load(d, totals + r * stride + c * kColumnOutputs);
    }
  }
  for (int i = 0; i < in.count; ++i) {
    ColumnBf16Pairs w[kColumns];
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      w[c] = hn::Load(d_pairs, in.columns[c] + i * kPanelRowPairs);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const auto inputs = hn::Set(d_pairs, x[r][i]);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) sums[r][c] = AddBf16Pairs(sums[r][c], w[c], inputs);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      hn::Store(sums[r][c], d, totals + r * stride + c * kColumnOutputs);
    }
  }
}

struct Tiles {
  using Function = void (*)(const TileInput& in, float* totals, int stride);
  static constexpr int MaxWidth(int rows) { return MaxColumns(rows); }
  template <int kRows, int kColumns>
  static Function Of() {
    return Tile<kRows, kColumns>;
  }
};

// Multiplies rows [row, row + rows.whole), in the tiles `rows`, by the panels.
void RunPanels(const Bf16MatMulCall& call, const Parts& rows, int row, int panel, int panels) {
  HWY_ALIGN float totals[kRowsPerPass * kMaxPanels * Weight::kPanelWidth];
  const int stride = panels * Weight::kPanelWidth;
  const int pairs = call.x.pairs();
  std::fill_n(totals, rows.whole * stride, 0.0f);
  for (int first = 0; first < pairs; first += kKSlicePairs) {
    for (int i = 0; i < rows.count; ++i) {
      const int most = std::min(MaxColumns(rows.Size(i)), panels * kPanelColumns);
      const Tiles::Function tile = TileOf<Tiles, kMaxRows>(rows.Size(i), most);
      for (int column = 0; column < panels * kPanelColumns; column += most) {
        TileInput in{call.x, row + rows.First(i), first, std::min(kKSlicePairs, pairs - first), {}};
        for (int c = 0; c < most; ++c) {
          in.columns[c] = call.w.Bf16Panel(panel + (column + c) / kPanelColumns) +
                          first * kPanelRowPairs + (column + c) % kPanelColumns * kColumnOutputs;
        }
        tile(in, totals + rows.First(i) * stride + column * kColumnOutputs, stride);
      }
    }
  }
  ApplyEpilogue(call.epilogue, {row, rows.whole, panel, panels}, totals,
                panels * Weight::kPanelWidth, call.y);
}

}  // namespace

void Bf16MatMulPanels(const Bf16MatMulCall& call, const MatMulPart& part) {
  ForPasses(part, kRowsPerPass, kMaxRows, MaxPanels,
            [&](const Parts& rows, int row, int panel, int panels) {
              RunPanels(call, rows, row, panel, panels);
            });
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<Bf16MatMulFunction> Bf16MatMulHighway() {
  return {.avx512 = HWY_CHOOSE_AVX3(Bf16MatMulPanels),
          .avx2 = HWY_CHOOSE_AVX2(Bf16MatMulPanels),
          .sse4 = HWY_CHOOSE_SSE4(Bf16MatMulPanels),
          .neon = HWY_CHOOSE_NEON(Bf16MatMulPanels),
          // All CPUs with AVX512_BF16 have VNNI as well, but not the other way round.
          .avx512vnni =
              HasFeature(Feature::kAvx512Bf16) ? HWY_CHOOSE_AVX3_DL(Bf16MatMulPanels) : nullptr};
}

}  // namespace edgevlm
#endif
