#include <algorithm>
#include <cstdint>

#include "kernels/matmul/float32/float32_matmul.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/float32/float32_matmul_hwy.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/matmul/float32/unpack-inl.h"
#include "kernels/matmul/tiling-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// One register holds neighboring outputs of one row; a tile is kRows rows of x times kPanels
// panels of w. Rows reuse the loaded w, panels the loaded x.

// Registers for sums; the others hold w and, where NEON multiplies by a lane of a register, x.
// AVX-512 and NEON have 32, AVX2 and SSE4 have 16.
constexpr bool kHas16Registers = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4;
constexpr int kSums = kHas16Registers ? 12 : HWY_TARGET == HWY_NEON ? 16 : 24;
constexpr int kMaxRows = HWY_TARGET == HWY_SSE4 ? 3 : HWY_TARGET == HWY_NEON ? 4 : 6;
constexpr int kMaxPanels = 8;

// A weight that is not float32 is unpacked for kRowsPerUnpack rows at a time, over so many inputs
// that the values (32 KiB) stay in the L1 cache. With fewer rows the time of unpacking would show:
// 96 are 1 % slower in Whisper's encoder. Up to kMaxRows rows, 16-bit floats are converted while
// they are multiplied instead: the weight then comes from memory, which is read fastest in whole
// panels.
constexpr int kRowsPerUnpack = 252;
static_assert(kRowsPerUnpack % kMaxRows == 0);
constexpr int kUnpackedValues = 8192;
static_assert(kUnpackedValues / kMaxPanels / Weight::kPanelWidth % 32 == 0);

// The widest tile for a number of rows: with one row, eight panels keep enough sums in flight to
// hide the latency of a multiply-add.
constexpr int MaxPanels(int rows) {
  int panels = kMaxPanels;
  while (panels > 1 && rows * panels * kPanelVectors > kSums) panels /= 2;
  return panels;
}

// How a panel stores its values.
struct FloatPanel {
  using Stored = float;
  static const Stored* Of(const Weight& w, int panel) { return w.Panel(panel); }
  static HWY_INLINE PanelVector Load(PanelTag d, const Stored* at) { return hn::Load(d, at); }
};
struct HalfPanel {
  using Stored = std::uint16_t;
  static const Stored* Of(const Weight& w, int panel) { return w.NarrowPanel(panel); }
  static HWY_INLINE PanelVector Load(PanelTag d, const Stored* at) { return LoadHalf(d, at); }
};
struct BFloat16Panel {
  using Stored = std::uint16_t;
  static const Stored* Of(const Weight& w, int panel) { return w.NarrowPanel(panel); }
  static HWY_INLINE PanelVector Load(PanelTag d, const Stored* at) { return LoadBFloat16(d, at); }
};

template <class Stored>
struct TileInput {
  const float* x;               // first row
  std::ptrdiff_t stride;        // of x
  const Stored* panel;          // first panel
  std::ptrdiff_t panel_stride;  // in values
  int inputs;
  bool resume;         // adds to the tile
  const Stored* next;  // first panel of the next tile; only a tile of one row reads it
};

// Prefetches input k of the next tile's panels.
template <int kPanels, class Stored>
HWY_INLINE void PrefetchInput(const TileInput<Stored>& in, int k) {
#pragma GCC unroll 8
  for (int p = 0; p < kPanels; ++p) {
    hwy::Prefetch(in.next + p * in.panel_stride + k * Weight::kPanelWidth);
  }
}

// tile[r, p * kPanelWidth + i] = sum_k x[r, k] * panel[p][k, i], each sum in the order of k.
template <class Panel, int kRows, int kPanels>
void Tile(const TileInput<typename Panel::Stored>& in, float* HWY_RESTRICT tile) {
  const PanelTag d;
  constexpr int kWide = kPanels * kPanelVectors;
  const typename Panel::Stored* HWY_RESTRICT panel = in.panel;
  const float* HWY_RESTRICT x[kRows];
  PanelVector sums[kRows][kWide];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    x[r] = in.x + r * in.stride;
#pragma GCC unroll 24
    for (int v = 0; v < kWide; ++v) {
      sums[r][v] = in.resume ? hn::Load(d, tile + (r * kWide + v) * kPanelLanes) : hn::Zero(d);
    }
  }
  for (int k = 0; k < in.inputs; ++k) {
    // A row waits for memory, and the hardware prefetcher stops at the end of each panel.
    if constexpr (kRows == 1) PrefetchInput<kPanels>(in, k);
    PanelVector w[kWide];
#pragma GCC unroll 24
    for (int v = 0; v < kWide; ++v) {
      w[v] = Panel::Load(
          d, panel + v / kPanelVectors * in.panel_stride + v % kPanelVectors * kPanelLanes);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const PanelVector value = hn::Set(d, x[r][k]);
#pragma GCC unroll 24
      for (int v = 0; v < kWide; ++v) sums[r][v] = hn::MulAdd(value, w[v], sums[r][v]);
    }
    panel += Weight::kPanelWidth;
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 24
    for (int v = 0; v < kWide; ++v) hn::Store(sums[r][v], d, tile + (r * kWide + v) * kPanelLanes);
  }
}

template <class Panel>
struct Tiles {
  using Function = void (*)(const TileInput<typename Panel::Stored>& in, float* tile);
  static constexpr int MaxWidth(int rows) { return MaxPanels(rows); }
  template <int kRows, int kPanels>
  static Function Of() {
    return Tile<Panel, kRows, kPanels>;
  }
};

// Multiplies rows [row, row + rows.whole), in blocks `rows`, by the panels.
template <class Panel>
void MultiplyPanels(const Float32MatMulCall& call, const Parts& rows, int row, int panel,
                    int panels) {
  HWY_ALIGN float tile[kMaxRows * kMaxPanels * Weight::kPanelWidth];
  const int inputs = call.w.inputs();
  const std::ptrdiff_t panel_stride = static_cast<std::ptrdiff_t>(inputs) * Weight::kPanelWidth;
  const int next = std::min(panel + panels, call.w.panels() - panels);
  for (int block = 0; block < rows.count; ++block) {
    const Area area{row + rows.First(block), rows.Size(block), panel, panels};
    TileOf<Tiles<Panel>, kMaxRows>(area.rows, panels)(
        {call.x.Row(area.row).data(), call.x.stride, Panel::Of(call.w, panel), panel_stride, inputs,
         false, Panel::Of(call.w, next)},
        tile);
    ApplyEpilogue(call.epilogue, area, tile, area.panels * Weight::kPanelWidth, call.y);
  }
}

// The same for a weight that must be unpacked first; at most kRowsPerUnpack rows.
void MultiplyUnpacked(const Float32MatMulCall& call, const Parts& rows, int row, int panel,
                      int panels) {
  HWY_ALIGN float values[kUnpackedValues];
  HWY_ALIGN float tiles[kRowsPerUnpack * kMaxPanels / 2 * Weight::kPanelWidth];
  // If there are several blocks, each has more than kMaxRows / 2 rows; a single one is small.
  static_assert(kMaxRows <= kRowsPerUnpack / 2);
  static_assert(MaxPanels(kMaxRows / 2 + 1) <= kMaxPanels / 2);
  const int width = panels * Weight::kPanelWidth;
  const int most_inputs = kUnpackedValues / width;
  for (int first = 0; first < call.w.inputs(); first += most_inputs) {
    const int inputs = std::min(most_inputs, call.w.inputs() - first);
    const std::ptrdiff_t panel_stride = inputs * Weight::kPanelWidth;
    for (int p = 0; p < panels; ++p) {
      UnpackPanel(call.w, panel + p, first, inputs, values + p * panel_stride);
    }
    for (int block = 0; block < rows.count; ++block) {
      const float* x = call.x.Row(row + rows.First(block)).data() + first;
      TileOf<Tiles<FloatPanel>, kMaxRows>(rows.Size(block), panels)(
          {x, call.x.stride, values, panel_stride, inputs, first > 0, values},
          tiles + rows.First(block) * width);
    }
  }
  ApplyEpilogue(call.epilogue, {row, rows.whole, panel, panels}, tiles,
                panels * Weight::kPanelWidth, call.y);
}

}  // namespace

// The loop over panels is outside, that over rows inside: the panels stay in the L1 cache while all
// rows of x, which fit in the L2 cache, are multiplied by them.
void Float32MatMulPanels(const Float32MatMulCall& call, const MatMulPart& part) {
  const WeightType type = call.w.type();
  const int rows = part.last_row - part.first_row;
  auto* multiply = MultiplyUnpacked;
  if (type == WeightType::kFloat32) multiply = MultiplyPanels<FloatPanel>;
  if (type == WeightType::kFloat16 && rows <= kMaxRows) multiply = MultiplyPanels<HalfPanel>;
  if (type == WeightType::kBFloat16 && rows <= kMaxRows) multiply = MultiplyPanels<BFloat16Panel>;
  const int rows_per_pass = multiply == MultiplyUnpacked ? kRowsPerUnpack : rows;
  ForPasses(part, rows_per_pass, kMaxRows, MaxPanels,
            [&](const Parts& tiles, int row, int panel, int panels) {
              multiply(call, tiles, row, panel, panels);
            });
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<Float32MatMulFunction> Float32MatMulHighway() {
  return {HWY_CHOOSE_AVX3(Float32MatMulPanels), HWY_CHOOSE_AVX2(Float32MatMulPanels),
          HWY_CHOOSE_SSE4(Float32MatMulPanels), HWY_CHOOSE_NEON(Float32MatMulPanels)};
}

}  // namespace edgevlm
#endif
