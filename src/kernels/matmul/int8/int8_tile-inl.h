// Tiles of int8 products: some rows of x times some columns of w, packed or unpacked. For Highway
// sources.
#if defined(EDGEVLM_KERNELS_MATMUL_INT8_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_INT8_TILE_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_INT8_TILE_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_INT8_TILE_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/matmul/int8/int8_dot-inl.h"
#include "kernels/matmul/int8/quantized_rows.h"
#include "tensor/weight.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

// One register holds a column of outputs of one row; a tile is kRows rows of x times kColumns
// columns of w, for some of the inputs. Rows reuse the loaded w, columns the loaded x. Each sum
// needs two registers, for the integers of a group and for the floats of the block; NEON's 16-bit
// sums take one more, and GCC moves its loads far ahead.
constexpr bool kHas16Registers = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4;
constexpr int kMaxRows = HWY_TARGET == HWY_NEON ? 2 : kHas16Registers ? 3 : 6;
constexpr int kMaxColumns = 2;

// The properties of a weight's groups.
//   kRounding    of the rows that are multiplied
//   kHasMinimum  whether the groups have a minimum
//   kQuantBits   of the bytes that are multiplied, which rotation makes wider than those stored
template <Int8Rounding kRounding, bool kHasMinimum, int kQuantBits>
struct Kind {
  static constexpr int kGroup = kRounding.group;  // inputs that share a scale
  static constexpr int kBlock = kRounding.block;  // inputs of x that share a scale
  static constexpr bool kMinimum = kHasMinimum;
  static constexpr bool kWide = kQuantBits == 8;
  // How many dot products of four are summed in 16 bits before they are summed in 32; 1 for none.
  static constexpr int kSteps = kHasShortSums ? std::min(MaxSteps(kQuantBits), kGroup / 4) : 1;
  // Whether the bytes are signed. If not, they have a bias of 2^kBiasBits, which is no more than
  // that of the rows' bias terms.
  static constexpr bool kIsSigned = kSignedFactors || (kWide && !kUnsignedInt8);
  static constexpr int kBiasBits = kUnsignedInt8 ? edgevlm::kBiasBits : kQuantBits - 1;
};

struct TileInput {
  const QuantizedRows& x;
  int row;    // first
  int first;  // input, a multiple of the blocks of x
  int count;  // of inputs, a multiple of 4
};

// All lanes hold the four bytes at an address.
HWY_INLINE IntegerVector BroadcastFour(const std::int8_t* bytes) {
  std::int32_t four;
  std::memcpy(&four, bytes, sizeof(four));
  return hn::Set(ColumnIntegers(), four);
}
HWY_INLINE FloatVector BroadcastFloat(const std::int8_t* bytes) {
  float value;
  std::memcpy(&value, bytes, sizeof(value));
  return hn::Set(ColumnFloats(), value);
}

// kSource holds the tile's columns of outputs, packed or unpacked. It has
//   kUnit              inputs per unit: whole groups of kKind
//   Unit At(int k)     the unit from input k of the tile on, a multiple of kUnit. A Unit has
//     Quants(c, i)     of column c and inputs [i, i + 4) of the unit, as AddDot and ShortSums take
//     them Scale(c, g)      of its group g Minimum(c, g)    the same; only if kKind::kMinimum
// kStride is the distance between the totals of neighboring rows.
template <class kKind, class kSource, int kRows, int kColumns, int kStride>
struct Tile {
  using Unit = typename kSource::Unit;

  // The parts of a row of x are contiguous, so quants, scales and sums need one pointer per row.
  const std::int8_t* rows[kRows];
  std::ptrdiff_t scales;  // from a row's start, in bytes
  std::ptrdiff_t bias_terms;
  std::ptrdiff_t value_sums;
  kSource source;

  // Adds the products of the tile's inputs to totals [kRows, kStride].
  static HWY_INLINE void AddProducts(const TileInput& in, const kSource& source,
                                     float* HWY_RESTRICT totals) {
    Tile tile;
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) tile.rows[r] = in.x.Quants(in.row + r);
    tile.scales = in.x.ScalesOffset();
    tile.bias_terms = in.x.BiasTermsOffset();
    tile.value_sums = in.x.NegatedValueSumsOffset();
    tile.source = source;
    if constexpr (kKind::kBlock == kKind::kGroup) {
      tile.AddShortBlocks(in, totals);
    } else {
      for (int k = 0; k < in.count; k += kKind::kBlock) {
        tile.AddBlock(in.first, k, std::min(kKind::kBlock, in.count - k), totals);
      }
    }
  }

  // All blocks, where each is one group: the totals stay in registers.
  HWY_INLINE void AddShortBlocks(const TileInput& in, float* HWY_RESTRICT totals) const {
    const ColumnFloats d;
    FloatVector sums[kRows][kColumns];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        sums[r][c] = hn::Load(d, totals + r * kStride + c * kColumnOutputs);
      }
    }
    for (int k = 0; k < in.count; k += kKind::kBlock) {
      const int count = std::min(kKind::kBlock, in.count - k);
      FloatVector parts[kRows][kColumns];
      AddGroup(source.At(k), in.first + k, 0, count, parts);
      const std::ptrdiff_t scale_at = scales + (in.first + k) / kKind::kBlock * std::ptrdiff_t{4};
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const auto scale = BroadcastFloat(rows[r] + scale_at);
#pragma GCC unroll 8
        for (int c = 0; c < kColumns; ++c) {
          sums[r][c] = hn::MulAdd(parts[r][c], scale, sums[r][c]);
        }
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        hn::Store(sums[r][c], d, totals + r * kStride + c * kColumnOutputs);
      }
    }
  }

  // Adds the block of `count` inputs that starts at input k of the tile, which starts at `first`.
  HWY_INLINE void AddBlock(int first, int k, int count, float* HWY_RESTRICT totals) const {
    const ColumnFloats d;
    FloatVector parts[kRows][kColumns];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) parts[r][c] = hn::Zero(d);
    }
    constexpr int kUnit = kSource::kUnit;
    if (count == kKind::kBlock) {  // with known offsets from one address per row
#pragma GCC unroll 4
      for (int i = 0; i < kKind::kBlock; i += kUnit) {
        AddUnit(first + k + i, k + i, kUnit, parts);
      }
    } else {
      for (int i = k; i < k + count; i += kUnit) {
        AddUnit(first + i, i, kUnit == kInt8BlockInputs ? count : kUnit, parts);
      }
    }
    const std::ptrdiff_t scale_at = scales + (first + k) / kKind::kBlock * std::ptrdiff_t{4};
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const auto scale = BroadcastFloat(rows[r] + scale_at);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        float* total = totals + r * kStride + c * kColumnOutputs;
        hn::Store(hn::MulAdd(parts[r][c], scale, hn::Load(d, total)), d, total);
      }
    }
  }

  // Adds the unit of `count` inputs that starts at input `input` of x, k of the tile.
  HWY_INLINE void AddUnit(std::ptrdiff_t input, int k, int count,
                          FloatVector (&parts)[kRows][kColumns]) const {
    const Unit unit = source.At(k);
    constexpr int kGroup = kKind::kGroup;
#pragma GCC unroll 8
    for (int g = 0; g < kSource::kUnit / kGroup; ++g) {
      AddGroup(unit, input + g * kGroup, g, kGroup == kInt8BlockInputs ? count : kGroup, parts);
    }
  }

  // Adds the products of four inputs, from input `input` of x and i of the unit on.
  HWY_INLINE void AddFour(const Unit& unit, std::ptrdiff_t input, int i,
                          IntegerVector (&dots)[kRows][kColumns]) const {
    ByteVector w[kColumns];
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) w[c] = Kept(unit.Quants(c, i));
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const auto inputs = BroadcastFour(rows[r] + input);
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        dots[r][c] = AddDot<kKind::kWide>(dots[r][c], w[c], inputs);
      }
    }
  }

  // The same for 4 * kSteps inputs, with 16-bit sums.
  HWY_INLINE void AddSteps(const Unit& unit, std::ptrdiff_t input, int i,
                           IntegerVector (&dots)[kRows][kColumns]) const {
    ShortSums sums[kRows][kColumns];
#pragma GCC unroll 8
    for (int step = 0; step < kKind::kSteps; ++step) {
      ByteVector w[kColumns];
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) w[c] = unit.Quants(c, i + 4 * step);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const auto inputs = BroadcastFour(rows[r] + input + 4 * step);
#pragma GCC unroll 8
        for (int c = 0; c < kColumns; ++c) {
          sums[r][c] = step == 0 ? ShortSums::Multiply<kKind::kWide>(w[c], inputs)
                                 : ShortSums::Add<kKind::kWide>(sums[r][c], w[c], inputs);
        }
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        dots[r][c] = AddInOrder(dots[r][c], ShortSums::Widen(sums[r][c]));
      }
    }
  }

  // The same for kInputs inputs.
  template <int kInputs>
  HWY_INLINE void AddPart(const Unit& unit, std::ptrdiff_t input, int i,
                          IntegerVector (&dots)[kRows][kColumns]) const {
    constexpr int kStep = 4 * kKind::kSteps;
    static_assert(kInputs % kStep == 0 && kInputs / kStep <= 8);
#pragma GCC unroll 8
    for (int step = 0; step < kInputs; step += kStep) {
      if constexpr (kKind::kSteps > 1) {
        AddSteps(unit, input + step, i + step, dots);
      } else {
        AddFour(unit, input + step, i + step, dots);
      }
    }
  }

  // Adds group g of the unit: `count` inputs from input `input` of x on.
  HWY_INLINE void AddGroup(const Unit& unit, std::ptrdiff_t input, int g, int count,
                           FloatVector (&parts)[kRows][kColumns]) const {
    constexpr int kGroup = kKind::kGroup;
    const auto group = static_cast<std::size_t>(input) / kGroup;
    const std::ptrdiff_t bias_at = bias_terms + static_cast<std::ptrdiff_t>(4 * group);
    const std::ptrdiff_t value_sum_at = value_sums + static_cast<std::ptrdiff_t>(4 * group);
    const int at = g * kGroup;
    IntegerVector dots[kRows][kColumns];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      IntegerVector start = hn::Zero(ColumnIntegers());
      if constexpr (!kKind::kIsSigned) {
        start = BroadcastFour(rows[r] + bias_at);
        constexpr int kShift = edgevlm::kBiasBits - kKind::kBiasBits;  // the terms are multiples
        if constexpr (kShift > 0) start = hn::ShiftRight<kShift>(start);
      }
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) dots[r][c] = start;
    }
    // As many inputs as GCC may unroll.
    constexpr int kPart = std::min(kGroup, kUnitValues);
    int i = 0;
    for (; i + kPart <= count; i += kPart) AddPart<kPart>(unit, input + i, at + i, dots);
    if constexpr (kGroup > kPart) {
      for (; i < count; i += 4) AddFour(unit, input + i, at + i, dots);
    }
    Scale(unit, value_sum_at, g, dots, parts);
  }

  // parts += dots * scales + sums of x * minima.
  HWY_INLINE void Scale(const Unit& unit, std::ptrdiff_t sum_at, int g,
                        const IntegerVector (&dots)[kRows][kColumns],
                        FloatVector (&parts)[kRows][kColumns]) const {
    const ColumnFloats d;
    FloatVector scale[kColumns], minimum[kColumns];
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      scale[c] = unit.Scale(c, g);
      if constexpr (kKind::kMinimum) minimum[c] = unit.Minimum(c, g);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < kColumns; ++c) {
        const auto dot = hn::ConvertTo(d, dots[r][c]);
        if constexpr (kKind::kBlock == kKind::kGroup) {
          parts[r][c] = hn::Mul(dot, scale[c]);
        } else {
          parts[r][c] = hn::MulAdd(dot, scale[c], parts[r][c]);
        }
      }
      if constexpr (kKind::kMinimum) {
        const auto sum = hn::ConvertTo(d, BroadcastFour(rows[r] + sum_at));
#pragma GCC unroll 8
        for (int c = 0; c < kColumns; ++c) {
          parts[r][c] = hn::MulAdd(minimum[c], sum, parts[r][c]);
        }
      }
    }
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
