#include <arm_neon.h>

#include "kernels/matmul/int8/int8_tiles_arm.h"

namespace edgevlm {
namespace {

constexpr int kOutputs = kArmTileOutputs;
constexpr int kOutputPairs = kOutputs / 2;  // of outputs

// As in int8_tiles_dotprod.cc: an integer added to the bits of kOrigin.
constexpr float kOrigin = 12582912.0f;
constexpr std::int32_t kOriginBits = 0x4b400000;
alignas(64) constexpr std::int32_t kStarts[kOutputPairs][4] = {
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

inline int8x16_t LowHalves(int8x16_t a, int8x16_t b) {
  return vreinterpretq_s8_s64(vzip1q_s64(vreinterpretq_s64_s8(a), vreinterpretq_s64_s8(b)));
}
inline int8x16_t HighHalves(int8x16_t a, int8x16_t b) {
  return vreinterpretq_s8_s64(vzip2q_s64(vreinterpretq_s64_s8(a), vreinterpretq_s64_s8(b)));
}
inline float32x4_t LowHalves(float32x4_t a, float32x4_t b) {
  return vreinterpretq_f32_f64(vzip1q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)));
}
inline float32x4_t HighHalves(float32x4_t a, float32x4_t b) {
  return vreinterpretq_f32_f64(vzip2q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)));
}

// One register holds two outputs of two rows: row 0 output 0, row 0 output 1, row 1 output 0, row 1
// output 1. A single row is used twice.
template <int kGroup, int kBlock, bool kMinima>
struct Tile {
  static constexpr int kGroups = kBlock / kGroup;  // of a block

  const Int8ArmTile in;   // a copy: stores might alias the caller's
  std::ptrdiff_t second;  // from the first row to the second, in bytes

  static void AddProducts(const Int8ArmTile& in) {
    const Tile tile{in, in.rows > 1 ? in.stride : 0};
    for (int k = 0; k < in.inputs; k += kBlock) {
      tile.AddBlock(k, in.inputs - k < kBlock ? in.inputs - k : kBlock);
    }
  }

  // Adds the block of `count` inputs that starts at input k.
  void AddBlock(int k, int count) const {
    float x_sums[kGroups][4];  // of both rows, each twice
    if constexpr (kMinima) LoadSums(k / kGroup, count / kGroup, x_sums);
    float32x4_t parts[kOutputPairs];
#pragma GCC unroll 8
    for (auto& part : parts) part = vdupq_n_f32(0.0f);
    int group = 0;
    for (int i = 0; i < count; i += kGroup, ++group) {
      const int inputs = count - i < kGroup ? count - i : kGroup;
      AddGroup(k + i, kGroup == kBlock ? inputs : kGroup, parts);
      if constexpr (kMinima) AddMinima(k / kGroup + group, x_sums[group], parts);
    }
    const float* scale = in.x_scales + k / kBlock;
#pragma GCC unroll 4
    for (int p = 0; p < kOutputPairs; p += 2) {
      AddTotals(LowHalves(parts[p], parts[p + 1]), *scale, in.totals + 2 * p);
      if (in.rows == 1) continue;
      AddTotals(HighHalves(parts[p], parts[p + 1]), *After(scale, second),
                in.totals + kOutputs + 2 * p);
    }
  }

  static void AddTotals(float32x4_t part, float scale, float* totals) {
    vst1q_f32(totals, vfmaq_n_f32(vld1q_f32(totals), part, scale));
  }

  // Adds the group of `count` inputs that starts at input k.
  void AddGroup(int k, int count, float32x4_t (&parts)[kOutputPairs]) const {
    const std::int32_t* starts = kStarts[0];
    asm("" : "+r"(starts));
    int32x4_t dots[kOutputPairs];
#pragma GCC unroll 8
    for (int p = 0; p < kOutputPairs; ++p) dots[p] = vld1q_s32(starts + 4 * p);
    for (int i = 0; i < count; i += kArmTileStep) AddStep(k + i, dots);
    const float* scales = in.scales + k / kGroup * kOutputPairs * 4;
#pragma GCC unroll 8
    for (int p = 0; p < kOutputPairs; ++p) {
      const float32x4_t sum = vsubq_f32(vreinterpretq_f32_s32(dots[p]), vdupq_n_f32(kOrigin));
      parts[p] = vfmaq_f32(parts[p], sum, vld1q_f32(scales + 4 * p));
    }
  }

  // Adds the products of kArmTileStep inputs.
  void AddStep(int k, int32x4_t (&dots)[kOutputPairs]) const {
    const int8x16_t x0 = vld1q_s8(in.x + k), x1 = vld1q_s8(in.x + k + second);
    AddEight(in.quants + k * kOutputs, LowHalves(x0, x1), dots);
    AddEight(in.quants + (k + 8) * kOutputs, HighHalves(x0, x1), dots);
  }

  static void AddEight(const std::int8_t* w, int8x16_t x, int32x4_t (&dots)[kOutputPairs]) {
#pragma GCC unroll 8
    for (int p = 0; p < kOutputPairs; ++p) dots[p] = vmmlaq_s32(dots[p], x, vld1q_s8(w + 16 * p));
  }

  // The negated sums of `count` groups of a block, as floats.
  void LoadSums(int group, int count, float (&x_sums)[kGroups][4]) const {
    const std::int32_t* first_row = in.x_sums + group;
    const std::int32_t* second_row = After(first_row, second);
    for (int g = 0; g < count; ++g) {
      const float32x2_t row0 = vdup_n_f32(static_cast<float>(first_row[g]));
      const float32x2_t row1 = vdup_n_f32(static_cast<float>(second_row[g]));
      vst1q_f32(x_sums[g], vcombine_f32(row0, row1));
    }
  }

  void AddMinima(int group, const float (&x_sums)[4], float32x4_t (&parts)[kOutputPairs]) const {
    const float* minima = in.minima + group * kOutputPairs * 4;
    const float32x4_t sums = vld1q_f32(x_sums);
#pragma GCC unroll 8
    for (int p = 0; p < kOutputPairs; ++p) {
      parts[p] = vfmaq_f32(parts[p], vld1q_f32(minima + 4 * p), sums);
    }
  }
};

// The same for whole rows: nothing but integer sums.
void AddRowProducts(const Int8ArmTile& in) {
  const Tile<64, 64, false> tile{in, in.rows > 1 ? in.stride : 0};
  const std::ptrdiff_t second = in.rows > 1 ? kOutputs : 0;
  int32x4_t dots[kOutputPairs];
#pragma GCC unroll 8
  for (int p = 0; p < kOutputPairs; ++p) {
    dots[p] = vcombine_s32(vld1_s32(in.sums + 2 * p), vld1_s32(in.sums + second + 2 * p));
  }
  for (int k = 0; k < in.inputs; k += kArmTileStep) tile.AddStep(k, dots);
#pragma GCC unroll 8
  for (int p = 0; p < kOutputPairs; ++p) {
    vst1_s32(in.sums + 2 * p, vget_low_s32(dots[p]));
    if (in.rows > 1) vst1_s32(in.sums + second + 2 * p, vget_high_s32(dots[p]));
  }
}

}  // namespace

Int8ArmTileFunction I8mmTile(const ArmTileKind& kind, int) {
  if (kind.group == 64) return Tile<64, 64, false>::AddProducts;
  if (kind.block == 32) return Tile<32, 32, false>::AddProducts;
  if (kind.group == 32) {
    return kind.has_minima ? Tile<32, 128, true>::AddProducts : Tile<32, 128, false>::AddProducts;
  }
  return kind.has_minima ? Tile<16, 128, true>::AddProducts : Tile<16, 128, false>::AddProducts;
}

Int8ArmTileFunction I8mmRowTile(int) { return AddRowProducts; }

}  // namespace edgevlm
