#include <algorithm>

#include "kernels/matmul/matmul.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/matmul_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activation/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// One register holds neighbouring outputs of one row; a tile is kRows rows of x times kPanels
// panels of w. Rows share what is loaded of w, panels share what is loaded of x.
using Tag = hn::CappedTag<float, Weight::kPanelWidth>;
using Vector = hn::VFromD<Tag>;
constexpr int kTagLanes = static_cast<int>(hn::MaxLanes(Tag()));
constexpr int kVectors = Weight::kPanelWidth / kTagLanes;  // per panel

// Registers for sums. AVX-512 and NEON have 32 registers, AVX2 and SSE4 have 16; the rest hold w.
constexpr int kSums = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 ? 12 : 24;
constexpr int kMaxRows = HWY_TARGET == HWY_SSE4 ? 3 : 6;
constexpr int kMaxPanels = 8;

// The widest tile of so many rows: with one row, eight panels keep enough sums in flight to hide
// the latency of a multiply-add.
constexpr int MostPanels(int rows) {
  int panels = kMaxPanels;
  while (panels > 1 && rows * panels * kVectors > kSums) panels /= 2;
  return panels;
}

struct TileInput {
  const float* x;         // first row
  std::ptrdiff_t stride;  // of x
  const float* panel;     // first panel
  int inputs;             // K
};

// tile[r, p * kPanelWidth + i] = sum_k x[r, k] * panel[p][k, i], each sum in the order of k.
template <int kRows, int kPanels>
void Tile(const TileInput& in, float* HWY_RESTRICT tile) {
  const Tag d;
  constexpr int kWide = kPanels * kVectors;
  const std::ptrdiff_t panel_size = static_cast<std::ptrdiff_t>(in.inputs) * Weight::kPanelWidth;
  const float* HWY_RESTRICT panel = in.panel;
  const float* HWY_RESTRICT x[kRows];
  Vector sums[kRows][kWide];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    x[r] = in.x + r * in.stride;
#pragma GCC unroll 24
    for (int v = 0; v < kWide; ++v) sums[r][v] = hn::Zero(d);
  }
  for (int k = 0; k < in.inputs; ++k) {
    Vector w[kWide];
#pragma GCC unroll 24
    for (int v = 0; v < kWide; ++v) {
      w[v] = hn::Load(d, panel + v / kVectors * panel_size + v % kVectors * kTagLanes);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Vector value = hn::Set(d, x[r][k]);
#pragma GCC unroll 24
      for (int v = 0; v < kWide; ++v) sums[r][v] = hn::MulAdd(value, w[v], sums[r][v]);
    }
    panel += Weight::kPanelWidth;
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 24
    for (int v = 0; v < kWide; ++v) hn::Store(sums[r][v], d, tile + (r * kWide + v) * kTagLanes);
  }
}

using TileFunction = void (*)(const TileInput& in, float* tile);

// The tile of kRows rows and at most `panels` panels (a power of two, at most MostPanels(kRows)).
template <int kRows>
TileFunction TileOfRows(int panels) {
  constexpr int kMost = MostPanels(kRows);
  if constexpr (kMost >= 8) {
    if (panels == 8) return Tile<kRows, 8>;
  }
  if constexpr (kMost >= 4) {
    if (panels == 4) return Tile<kRows, 4>;
  }
  if constexpr (kMost >= 2) {
    if (panels == 2) return Tile<kRows, 2>;
  }
  return Tile<kRows, 1>;
}

TileFunction TileOf(int rows, int panels) {
  if constexpr (kMaxRows > 3) {
    if (rows == 6) return TileOfRows<6>(panels);
    if (rows == 5) return TileOfRows<5>(panels);
    if (rows == 4) return TileOfRows<4>(panels);
  }
  if (rows == 3) return TileOfRows<3>(panels);
  return rows == 2 ? TileOfRows<2>(panels) : TileOfRows<1>(panels);
}

// Rows [row, row + rows) of panels [panel, panel + panels): the sums, then the epilogue.
void Block(const MatMulCall& call, int row, int rows, int panel, int panels) {
  HWY_ALIGN float tile[kMaxRows * kMaxPanels * Weight::kPanelWidth];
  const TileInput input{call.x.Row(row).data(), call.x.stride, call.w.Panel(panel),
                        call.w.inputs()};
  TileOf(rows, panels)(input, tile);
  const int first = panel * Weight::kPanelWidth;
  const int outputs = std::min(panels * Weight::kPanelWidth, call.w.outputs() - first);
  const Epilogue& epilogue = call.epilogue;
  const float* bias = epilogue.bias.empty() ? nullptr : epilogue.bias.data() + first;
  for (int r = 0; r < rows; ++r) {
    const float* residual =
        epilogue.residual.data == nullptr ? nullptr : epilogue.residual.Row(row + r).data() + first;
    FinishRow(tile + r * panels * Weight::kPanelWidth, bias, residual, epilogue.activation,
              call.y.Row(row + r).data() + first, outputs);
  }
}

}  // namespace

// Panels outside, rows inside: what is loaded of w stays in the cache nearest to the core while all
// rows of x, which fit in the next one, pass by.
void MatMulPanels(const MatMulCall& call, const MatMulPart& part) {
  const int rows = part.last_row - part.first_row;
  if (rows <= 0) return;
  // Blocks of rows as equal as can be: 13 rows are 5 + 4 + 4, not 6 + 6 + 1.
  const int blocks = (rows + kMaxRows - 1) / kMaxRows;
  const int most_rows = (rows + blocks - 1) / blocks;
  int panels = MostPanels(most_rows);
  for (int panel = part.first_panel; panel < part.last_panel; panel += panels) {
    while (panels > part.last_panel - panel) panels /= 2;
    for (int block = 0; block < blocks; ++block) {
      const int begin = rows / blocks * block + std::min(block, rows % blocks);
      const int count = rows / blocks + (block < rows % blocks ? 1 : 0);
      Block(call, part.first_row + begin, count, panel, panels);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<MatMulFunction> MatMulHighway() {
  return {HWY_CHOOSE_AVX3(MatMulPanels), HWY_CHOOSE_AVX2(MatMulPanels),
          HWY_CHOOSE_SSE4(MatMulPanels), HWY_CHOOSE_NEON(MatMulPanels)};
}

}  // namespace edgevlm
#endif
