// Int8 products on 64-bit Arm with sdot or smmla: what surrounds their tiles.
#include <arm_neon.h>
#include <hwy/highway.h>

#include <algorithm>

#include "kernels/matmul/finish-inl.h"
#include "kernels/matmul/int8_matmul.h"
#include "kernels/matmul/int8_tiles_arm.h"
#include "kernels/matmul/int8_unpack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

static_assert(kArmTileOutputs == kSlabOutputs && kArmTileBlock == kInt8BlockInputs);
static_assert(kSliceInputs % kArmTileStep == 0);

// Weights are unpacked once for so many rows, fewer where those are long: what a pass reads of x
// stays in the second cache, whose half is 256 KiB on a Cortex-A76.
constexpr int kRowsPerPass = 256;
constexpr int kFewestRowsPerPass = 64;
constexpr int kPassBytes = 256 << 10;
static_assert(kFewestRowsPerPass % kMostDotprodRows == 0);

// A slice of a panel as a tile reads it.
struct ArmSlice {
  Int8Slice unpacked;
  // For smmla, in place of the unpacked ones.
  HWY_ALIGN float scales[2 * kSliceInputs / 16 * kSlabOutputs];
  HWY_ALIGN float minima[2 * kSliceInputs / 16 * kSlabOutputs];
};

bool HasMinima(const Weight& w) {
  return w.type() == WeightType::kBlocks && w.format().has_minimum;
}

// Levels of four inputs of each output, [2][16][4], become those of eight, [16][8].
HWY_INLINE void JoinQuads(std::uint8_t* quads) {
  uint32x4_t first[kPanelColumns], second[kPanelColumns];
  for (int c = 0; c < kPanelColumns; ++c) {
    first[c] = vreinterpretq_u32_u8(vld1q_u8(quads + 16 * c));
    second[c] = vreinterpretq_u32_u8(vld1q_u8(quads + kCodeRowBytes + 16 * c));
  }
  for (int c = 0; c < kPanelColumns; ++c) {
    vst1q_u8(quads + 32 * c, vreinterpretq_u8_u32(vzip1q_u32(first[c], second[c])));
    vst1q_u8(quads + 32 * c + 16, vreinterpretq_u8_u32(vzip2q_u32(first[c], second[c])));
  }
}

// pairs [count / 2][4]: two neighboring numbers, twice.
HWY_INLINE void RepeatPairs(const float* HWY_RESTRICT numbers, int count,
                            float* HWY_RESTRICT pairs) {
  for (int i = 0; i < count; i += 4) {
    const float64x2_t two_pairs = vreinterpretq_f64_f32(vld1q_f32(numbers + i));
    vst1q_f32(pairs + 2 * i, vreinterpretq_f32_f64(vdupq_laneq_f64(two_pairs, 0)));
    vst1q_f32(pairs + 2 * i + 4, vreinterpretq_f32_f64(vdupq_laneq_f64(two_pairs, 1)));
  }
}

// How a tile wants its slice, and which tile it is.
struct Dotprod {
  static constexpr int kMostRows = kMostDotprodRows;
  static constexpr auto kTile = DotprodTile;

  static void Arrange(const Weight&, int, ArmSlice& slice, Int8ArmTile& tile) {
    tile.scales = slice.unpacked.scales;
    tile.minima = slice.unpacked.minima;
  }
};
struct I8mm {
  static constexpr int kMostRows = kMostI8mmRows;
  static constexpr auto kTile = I8mmTile;

  static void Arrange(const Weight& w, int inputs, ArmSlice& slice, Int8ArmTile& tile) {
    for (int k = 0; k < inputs; k += 8) JoinQuads(slice.unpacked.codes + k * kSlabOutputs);
    const int numbers = (inputs + w.group() - 1) / w.group() * kSlabOutputs;
    RepeatPairs(slice.unpacked.scales, numbers, slice.scales);
    if (HasMinima(w)) RepeatPairs(slice.unpacked.minima, numbers, slice.minima);
    tile.scales = slice.scales;
    tile.minima = slice.minima;
  }
};

// Rows [row, row + rows.whole), in tiles `rows`, of a panel.
template <class kMethod>
void RunPanel(const Int8MatMulCall& call, const Parts& rows, int row, int panel) {
  ArmSlice slice;
  HWY_ALIGN float totals[kRowsPerPass * kSlabOutputs];
  const Weight& w = call.w;
  const UnpackFunction unpack = UnpackFor(w);
  Int8ArmTile tile;
  tile.levels = reinterpret_cast<const std::int8_t*>(slice.unpacked.codes);
  tile.stride = rows.whole > 1 ? call.x.Levels(row + 1) - call.x.Levels(row) : 0;
  std::fill_n(totals, rows.whole * kSlabOutputs, 0.0f);
  for (int first = 0; first < w.inputs(); first += kSliceInputs) {
    tile.inputs = std::min(kSliceInputs, w.inputs() - first);
    unpack(w, panel, first, tile.inputs, slice.unpacked);
    kMethod::Arrange(w, tile.inputs, slice, tile);
    for (int i = 0; i < rows.count; ++i) {
      const int begin = rows.Begin(i);
      tile.rows = rows.Size(i);
      tile.x = call.x.Levels(row + begin) + first;
      tile.x_scales = call.x.Scales(row + begin) + first / kInt8BlockInputs;
      tile.x_sums = call.x.NegatedSums(row + begin, w.group()) + first / w.group();
      tile.totals = totals + begin * kSlabOutputs;
      kMethod::kTile(w.group(), HasMinima(w), tile.rows)(tile);
    }
  }
  Finish(call.epilogue, {row, rows.whole, panel, 1}, totals, kSlabOutputs, call.y);
}

template <class kMethod>
void RunPanels(const Int8MatMulCall& call, const MatMulPart& part) {
  const int row_bytes = 4 * Int8LayoutOf(call.x.inputs()).floats;
  const int most_rows = std::clamp(kPassBytes / row_bytes, kFewestRowsPerPass, kRowsPerPass);
  ForPasses(
      part, most_rows / kMethod::kMostRows * kMethod::kMostRows, kMethod::kMostRows,
      [](int) { return 1; },
      [&](const Parts& rows, int row, int panel, int) {
        RunPanel<kMethod>(call, rows, row, panel);
      });
}

}  // namespace
}  // namespace HWY_NAMESPACE

void Int8MatMulDotprod(const Int8MatMulCall& call, const MatMulPart& part) {
  HWY_NAMESPACE::RunPanels<HWY_NAMESPACE::Dotprod>(call, part);
}

// Two rows share an instruction; a single one is as fast by sdot, without another order of levels.
void Int8MatMulI8mm(const Int8MatMulCall& call, const MatMulPart& part) {
  if (part.last_row - part.first_row == 1) return Int8MatMulDotprod(call, part);
  HWY_NAMESPACE::RunPanels<HWY_NAMESPACE::I8mm>(call, part);
}

}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
