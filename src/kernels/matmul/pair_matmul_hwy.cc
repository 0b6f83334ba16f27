#include <algorithm>

#include "kernels/matmul/pair_matmul.h"

#define HWY_WANT_AVX3_DL
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/pair_matmul_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/matmul/avx512vnni_target-inl.h"

// Highway 1.0.3 has no target with dot products of bfloat16: this source makes its widest one that.
#if HWY_TARGET == HWY_AVX3_DL
#undef HWY_TARGET_STR
#define HWY_TARGET_STR EDGEVLM_TARGET_STR_AVX512VNNI ",avx512bf16"
#endif

#include "kernels/matmul/finish-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// One register holds a column of neighboring outputs of one row; a tile is kRows rows of x times
// kColumns columns of w.
using ColumnTag = hn::CappedTag<float, Weight::kPanelWidth>;
using PairTag = hn::RebindToUnsigned<ColumnTag>;
using Column = hn::VFromD<ColumnTag>;
using ColumnPairs = hn::VFromD<PairTag>;
constexpr int kColumnOutputs = static_cast<int>(hn::MaxLanes(ColumnTag()));
constexpr int kPanelColumns = Weight::kPanelWidth / kColumnOutputs;
constexpr int kSums = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 ? 6 : 24;
constexpr int kMaxRows = 6;
constexpr int kMaxPanels = 4;
constexpr int kPanelRowPairs = Weight::kPanelWidth;  // of one step of a panel

// What a pass over the rows reads of w stays in the first cache: 128 pairs of 4 panels are 32 KiB.
constexpr int kSlicePairs = 128;
constexpr int kRowsPerPass = 192;
static_assert(kRowsPerPass % kMaxRows == 0);

constexpr int MostColumns(int rows) {
  int columns = kMaxPanels;
  while (columns > 1 && rows * columns > kSums) columns /= 2;
  return columns;
}
constexpr int MostPanels(int rows) { return std::max(1, MostColumns(rows) / kPanelColumns); }

// sums + the products of both halves of w and x.
HWY_INLINE Column AddPairs(Column sums, ColumnPairs w, ColumnPairs x) {
#if HWY_TARGET == HWY_AVX3_DL
  return Column{_mm512_dpbf16_ps(sums.raw, reinterpret_cast<__m512bh>(w.raw),
                                 reinterpret_cast<__m512bh>(x.raw))};
#else
  const ColumnTag d;
  const PairTag d_pairs;
  const auto upper = hn::Set(d_pairs, 0xffff0000u);
  sums =
      hn::MulAdd(hn::BitCast(d, hn::ShiftLeft<16>(w)), hn::BitCast(d, hn::ShiftLeft<16>(x)), sums);
  return hn::MulAdd(hn::BitCast(d, hn::And(w, upper)), hn::BitCast(d, hn::And(x, upper)), sums);
#endif
}

struct TileInput {
  const PairRows& x;
  int row;
  int first;  // pair
  int count;  // of pairs
  const std::uint32_t*
      columns[kMaxPanels];  // from the tile's first output of each on, pair `first`
};

// Adds the pairs' part to totals [kRows, stride].
template <int kRows, int kColumns>
void Tile(const TileInput& in, float* HWY_RESTRICT totals, int stride) {
  const ColumnTag d;
  const PairTag d_pairs;
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
    ColumnPairs w[kColumns];
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      w[c] = hn::Load(d_pairs, in.columns[c] + i * kPanelRowPairs);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const auto inputs = hn::Set(d_pairs, x[r][i]);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) sums[r][c] = AddPairs(sums[r][c], w[c], inputs);
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
  static constexpr int MostWidth(int rows) { return MostColumns(rows); }
  template <int kRows, int kColumns>
  static Function Of() {
    return Tile<kRows, kColumns>;
  }
};

// Rows [row, row + rows.whole), in tiles `rows`, of the panels.
void RunPanels(const PairMatMulCall& call, const Parts& rows, int row, int panel, int panels) {
  HWY_ALIGN float totals[kRowsPerPass * kMaxPanels * Weight::kPanelWidth];
  const int stride = panels * Weight::kPanelWidth;
  const int pairs = call.x.pairs();
  std::fill_n(totals, rows.whole * stride, 0.0f);
  for (int first = 0; first < pairs; first += kSlicePairs) {
    for (int i = 0; i < rows.count; ++i) {
      const int most = std::min(MostColumns(rows.Size(i)), panels * kPanelColumns);
      const Tiles::Function tile = TileOf<Tiles, kMaxRows>(rows.Size(i), most);
      for (int column = 0; column < panels * kPanelColumns; column += most) {
        TileInput in{call.x, row + rows.Begin(i), first, std::min(kSlicePairs, pairs - first), {}};
        for (int c = 0; c < most; ++c) {
          in.columns[c] = call.w.PairsPanel(panel + (column + c) / kPanelColumns) +
                          first * kPanelRowPairs + (column + c) % kPanelColumns * kColumnOutputs;
        }
        tile(in, totals + rows.Begin(i) * stride + column * kColumnOutputs, stride);
      }
    }
  }
  Finish(call.epilogue, {row, rows.whole, panel, panels}, totals, panels * Weight::kPanelWidth,
         call.y);
}

}  // namespace

void PairMatMulPanels(const PairMatMulCall& call, const MatMulPart& part) {
  ForPasses(part, kRowsPerPass, kMaxRows, MostPanels,
            [&](const Parts& rows, int row, int panel, int panels) {
              RunPanels(call, rows, row, panel, panels);
            });
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<PairMatMulFunction> PairMatMulHighway() {
  return {.avx512 = HWY_CHOOSE_AVX3(PairMatMulPanels),
          .avx2 = HWY_CHOOSE_AVX2(PairMatMulPanels),
          .sse4 = HWY_CHOOSE_SSE4(PairMatMulPanels),
          .neon = HWY_CHOOSE_NEON(PairMatMulPanels),
          // Its CPUs have VNNI's company, too, but not the other way round.
          .avx512vnni =
              HasFeature(Feature::kAvx512Bf16) ? HWY_CHOOSE_AVX3_DL(PairMatMulPanels) : nullptr};
}

}  // namespace edgevlm
#endif
