// Int8 products on 64-bit Arm with sdot or smmla: the loops around their tiles.
#include <arm_neon.h>
#include <hwy/highway.h>

#include <algorithm>

#include "kernels/matmul/int8/int8_matmul.h"
#include "kernels/matmul/int8/int8_row_tile-inl.h"
#include "kernels/matmul/int8/int8_tiles_arm.h"
#include "kernels/matmul/int8/int8_unpack-inl.h"
#include "kernels/matmul/tiling-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

static_assert(kArmTileOutputs == kPackedOutputs);
static_assert(kKSliceInputs % kArmTileStep == 0);

// Rows for which a weight is unpacked once, fewer where rows are long: what a pass reads of x stays
// in half of the L2 cache, 256 KiB on a Cortex-A76.
constexpr int kRowsPerPass = 256;
constexpr int kMinRowsPerPass = 64;
constexpr int kPassBytes = 256 << 10;
static_assert(kMinRowsPerPass % kMaxDotprodRows == 0);

// A k-slice of a panel in the layout that a tile reads.
struct ArmKSlice {
  Int8KSlice unpacked;
  // For smmla, instead of those of `unpacked`.
  HWY_ALIGN float scales[2 * kKSliceInputs / 16 * kPackedOutputs];
  HWY_ALIGN float minima[2 * kKSliceInputs / 16 * kPackedOutputs];
};

bool HasMinima(const Weight& w) {
  return w.type() == WeightType::kBlocks && w.format().has_minimum;
}

// Quants of four inputs of each output, [2][16][4], become those of eight, [16][8].
HWY_INLINE void JoinQuads(std::uint8_t* quads) {
  uint32x4_t first[kPanelColumns], second[kPanelColumns];
  for (int c = 0; c < kPanelColumns; ++c) {
    first[c] = vreinterpretq_u32_u8(vld1q_u8(quads + 16 * c));
    second[c] = vreinterpretq_u32_u8(vld1q_u8(quads + kQuantRowBytes + 16 * c));
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

// The layout of the k-slice for a tile function, and that function.
struct Dotprod {
  static constexpr int kMaxTileRows = kMaxDotprodRows;
  static constexpr auto kTile = DotprodTile;
  static constexpr auto kRowTile = DotprodRowTile;

  static void Arrange(const Weight&, int, ArmKSlice& slice, Int8ArmTile& tile) {
    tile.scales = slice.unpacked.scales;
    tile.minima = slice.unpacked.minima;
  }
};
struct I8mm {
  static constexpr int kMaxTileRows = kMaxI8mmRows;
  static constexpr auto kTile = I8mmTile;
  static constexpr auto kRowTile = I8mmRowTile;

  static void Arrange(const Weight& w, int inputs, ArmKSlice& slice, Int8ArmTile& tile) {
    for (int k = 0; k < inputs; k += 8) JoinQuads(slice.unpacked.quants + k * kPackedOutputs);
    if (w.type() == WeightType::kInt8Rows) return;
    const int numbers = (inputs + w.group() - 1) / w.group() * kPackedOutputs;
    RepeatPairs(slice.unpacked.scales, numbers, slice.scales);
    if (HasMinima(w)) RepeatPairs(slice.unpacked.minima, numbers, slice.minima);
    tile.scales = slice.scales;
    tile.minima = slice.minima;
  }
};

// Multiplies rows [row, row + rows.whole), in the tiles `rows`, by a panel.
template <class kMethod>
void RunPanel(const Int8MatMulCall& call, const Parts& rows, int row, int panel) {
  ArmKSlice slice;
  HWY_ALIGN float totals[kRowsPerPass * kPackedOutputs];
  const Weight& w = call.w;
  const bool has_row_scales = w.type() == WeightType::kInt8Rows;
  const ArmTileKind kind = {w.group(), call.x.rounding().block, HasMinima(w)};
  const UnpackFunction unpack = UnpackFor(w);
  Int8ArmTile tile;
  tile.quants = reinterpret_cast<const std::int8_t*>(slice.unpacked.quants);
  tile.stride = rows.whole > 1 ? call.x.Quants(row + 1) - call.x.Quants(row) : 0;
  std::fill_n(totals, rows.whole * kPackedOutputs, 0.0f);  // of integers too
  for (int first = 0; first < w.inputs(); first += kKSliceInputs) {
    tile.inputs = std::min(kKSliceInputs, w.inputs() - first);
    unpack(w, panel, first, tile.inputs, slice.unpacked);
    kMethod::Arrange(w, tile.inputs, slice, tile);
    for (int i = 0; i < rows.count; ++i) {
      const int begin = rows.First(i);
      tile.rows = rows.Size(i);
      tile.x = call.x.Quants(row + begin) + first;
      tile.x_scales = call.x.Scales(row + begin) + first / kind.block;
      tile.x_sums = call.x.NegatedValueSums(row + begin) + first / kind.group;
      tile.totals = totals + begin * kPackedOutputs;
      tile.sums = reinterpret_cast<std::int32_t*>(tile.totals);
      (has_row_scales ? kMethod::kRowTile(tile.rows) : kMethod::kTile(kind, tile.rows))(tile);
    }
  }
  FinishTotals(call, {row, rows.whole, panel, 1}, kPackedOutputs, totals);
}

template <class kMethod>
void RunPanels(const Int8MatMulCall& call, const MatMulPart& part) {
  const int row_bytes = 4 * QuantizedRowLayoutOf(call.x.inputs(), call.x.rounding()).floats;
  const int rows_per_pass = std::clamp(kPassBytes / row_bytes, kMinRowsPerPass, kRowsPerPass);
  ForPasses(
      part, rows_per_pass / kMethod::kMaxTileRows * kMethod::kMaxTileRows, kMethod::kMaxTileRows,
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

// An instruction multiplies two rows; a single one is as fast with sdot, which needs no reordering
// of the quants.
void Int8MatMulI8mm(const Int8MatMulCall& call, const MatMulPart& part) {
  if (part.last_row - part.first_row == 1) return Int8MatMulDotprod(call, part);
  HWY_NAMESPACE::RunPanels<HWY_NAMESPACE::I8mm>(call, part);
}

}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
