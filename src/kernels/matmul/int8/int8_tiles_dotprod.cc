#include <arm_neon.h>

#include "kernels/matmul/int8/int8_tiles_arm.h"

namespace edgevlm {
namespace {

constexpr int kOutputs = kArmTileOutputs;
constexpr int kColumn = 4;  // outputs of a register

// Integers become floats without a conversion instruction, which occupies a vector pipe four times
// as long as a subtraction: an integer n added to the bits of kOrigin gives the bits of the float
// kOrigin + n, exact for |n| < 2^22. The greatest sum of a group is 64 * 127 * 127 < 2^20.
constexpr float kOrigin = 12582912.0f;  // 1.5 * 2^23
constexpr std::int32_t kOriginBits = 0x4b400000;

// The bits of kOrigin, from which a tile's sums start. They are loaded because the load pipes are
// idle, while register moves occupy the pipes that multiply.
constexpr int kMostSums = 8;
alignas(64) constexpr std::int32_t kStarts[kMostSums][kColumn] = {
    {kOriginBits, kOriginBits, kOriginBits, kOriginBits},
    {kOriginBits, kOriginBits, kOriginBits, kOriginBits},
    {kOriginBits, kOriginBits, kOriginBits, kOriginBits},
    {kOriginBits, kOriginBits, kOriginBits, kOriginBits},
    {kOriginBits, kOriginBits, kOriginBits, kOriginBits},
    {kOriginBits, kOriginBits, kOriginBits, kOriginBits},
    {kOriginBits, kOriginBits, kOriginBits, kOriginBits},
    {kOriginBits, kOriginBits, kOriginBits, kOriginBits}};

template <class T>
inline const T* After(const T* p, std::ptrdiff_t bytes) {
  return reinterpret_cast<const T*>(reinterpret_cast<const char*>(p) + bytes);
}

// One register holds a column of outputs of one row; kRows rows reuse the loaded w, kColumns
// columns the loaded x.
template <int kGroup, int kBlock, bool kMinima, int kRows, int kColumns>
struct Tile {
  static_assert(kRows * kColumns <= kMostSums);
  static constexpr int kGroups = kBlock / kGroup;  // of a block
  using Sums = float32x4_t[kRows][kColumns];

  const Int8ArmTile in;  // a copy: stores might alias the caller's
  int column;            // first

  static void AddProducts(const Int8ArmTile& in) {
    for (int column = 0; column < kOutputs / kColumn; column += kColumns) {
      const Tile tile{in, column};
      for (int k = 0; k < in.inputs; k += kBlock) {
        tile.AddBlock(k, in.inputs - k < kBlock ? in.inputs - k : kBlock);
      }
    }
  }

  // Adds the block of `count` inputs that starts at input k.
  void AddBlock(int k, int count) const {
    float x_sums[kRows][kGroups];
    if constexpr (kMinima) LoadSums(k / kGroup, count / kGroup, x_sums);
    Sums parts;
#pragma GCC unroll 8
    for (auto& row : parts) {
#pragma GCC unroll 8
      for (auto& part : row) part = vdupq_n_f32(0.0f);
    }
    int group = 0;
    for (int i = 0; i < count; i += kGroup, ++group) {
      const int inputs = count - i < kGroup ? count - i : kGroup;
      AddGroup(k + i, kGroup == kBlock ? inputs : kGroup, parts);
      if constexpr (kMinima) AddMinima(k / kGroup + group, group, x_sums, parts);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const float scale = After(in.x_scales, r * in.stride)[k / kBlock];
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        float* total = in.totals + r * kOutputs + (column + c) * kColumn;
        vst1q_f32(total, vfmaq_n_f32(vld1q_f32(total), parts[r][c], scale));
      }
    }
  }

  // Adds the group of `count` inputs that starts at input k.
  void AddGroup(int k, int count, Sums& parts) const {
    const std::int32_t* starts = kStarts[0];
    asm("" : "+r"(starts));  // hides that all are equal: else the compiler moves registers
    int32x4_t dots[kRows][kColumns];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        dots[r][c] = vld1q_s32(starts + (r * kColumns + c) * kColumn);
      }
    }
    for (int i = 0; i < count; i += kArmTileStep) AddStep(k + i, dots);
    const float* scales = in.scales + k / kGroup * kOutputs + column * kColumn;
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      const float32x4_t scale = vld1q_f32(scales + c * kColumn);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const float32x4_t sum = vsubq_f32(vreinterpretq_f32_s32(dots[r][c]), vdupq_n_f32(kOrigin));
        parts[r][c] = vfmaq_f32(parts[r][c], sum, scale);
      }
    }
  }

  // Adds the products of kArmTileStep inputs.
  void AddStep(int k, int32x4_t (&dots)[kRows][kColumns]) const {
    int8x16_t x[kRows];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) x[r] = vld1q_s8(in.x + r * in.stride + k);
    const std::int8_t* w = in.quants + k * kOutputs + column * kColumn * 4;
    AddFour<0>(w, x, dots);
    AddFour<1>(w, x, dots);
    AddFour<2>(w, x, dots);
    AddFour<3>(w, x, dots);
  }

  // Adds the products of the four inputs kLane of a step.
  template <int kLane>
  static void AddFour(const std::int8_t* w, const int8x16_t (&x)[kRows],
                      int32x4_t (&dots)[kRows][kColumns]) {
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      const int8x16_t quants = vld1q_s8(w + (kLane * kOutputs + c * kColumn) * 4);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        dots[r][c] = vdotq_laneq_s32(dots[r][c], quants, x[r], kLane);
      }
    }
  }

  // The negated sums of `count` groups of a block, as floats.
  void LoadSums(int group, int count, float (&x_sums)[kRows][kGroups]) const {
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const std::int32_t* sums = After(in.x_sums, r * in.stride) + group;
      if (count < kGroups) {
        for (int g = 0; g < count; ++g) x_sums[r][g] = static_cast<float>(sums[g]);
        continue;
      }
#pragma GCC unroll 2
      for (int g = 0; g < kGroups; g += 4) {
        vst1q_f32(x_sums[r] + g, vcvtq_f32_s32(vld1q_s32(sums + g)));
      }
    }
  }

  // group: counted from the first of the k-slice; in_block: from the first of the block.
  void AddMinima(int group, int in_block, const float (&x_sums)[kRows][kGroups],
                 Sums& parts) const {
    const float* minima = in.minima + group * kOutputs + column * kColumn;
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      const float32x4_t minimum = vld1q_f32(minima + c * kColumn);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        parts[r][c] = vfmaq_n_f32(parts[r][c], minimum, x_sums[r][in_block]);
      }
    }
  }
};

// The same for whole rows: nothing but integer sums.
template <int kRows, int kColumns>
void AddRowProducts(const Int8ArmTile& in) {
  for (int column = 0; column < kOutputs / kColumn; column += kColumns) {
    const Tile<64, 64, false, kRows, kColumns> tile{in, column};
    std::int32_t* sums = in.sums + column * kColumn;
    int32x4_t dots[kRows][kColumns];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) dots[r][c] = vld1q_s32(sums + r * kOutputs + c * kColumn);
    }
    for (int k = 0; k < in.inputs; k += kArmTileStep) tile.AddStep(k, dots);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) vst1q_s32(sums + r * kOutputs + c * kColumn, dots[r][c]);
    }
  }
}

template <int kGroup, int kBlock, bool kMinima>
Int8ArmTileFunction OfRows(int rows) {
  constexpr Int8ArmTileFunction kTiles[kMaxDotprodRows] = {
      Tile<kGroup, kBlock, kMinima, 1, 4>::AddProducts,
      Tile<kGroup, kBlock, kMinima, 2, 4>::AddProducts,
      Tile<kGroup, kBlock, kMinima, 3, 2>::AddProducts,
      Tile<kGroup, kBlock, kMinima, 4, 2>::AddProducts};
  return kTiles[rows - 1];
}

}  // namespace

Int8ArmTileFunction DotprodTile(const ArmTileKind& kind, int rows) {
  if (kind.group == 64) return OfRows<64, 64, false>(rows);
  if (kind.block == 32) return OfRows<32, 32, false>(rows);
  if (kind.group == 32) {
    return kind.has_minima ? OfRows<32, 128, true>(rows) : OfRows<32, 128, false>(rows);
  }
  return kind.has_minima ? OfRows<16, 128, true>(rows) : OfRows<16, 128, false>(rows);
}

Int8ArmTileFunction DotprodRowTile(int rows) {
  constexpr Int8ArmTileFunction kTiles[kMaxDotprodRows] = {
      AddRowProducts<1, 4>, AddRowProducts<2, 4>, AddRowProducts<3, 2>, AddRowProducts<4, 2>};
  return kTiles[rows - 1];
}

}  // namespace edgevlm
