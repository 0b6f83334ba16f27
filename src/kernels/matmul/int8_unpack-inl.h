// Blocks of weights with levels, as int8 products read them. For Highway sources.
#if defined(EDGEVLM_KERNELS_MATMUL_INT8_UNPACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_INT8_UNPACK_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_INT8_UNPACK_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_INT8_UNPACK_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "kernels/half/half-inl.h"
#include "kernels/matmul/int8_dot-inl.h"
#include "tensor/weight.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// Blocks of inputs whose weights are unpacked at once: with two panels they and the rows that pass
// by stay in the first cache (48 KiB where AVX-512 is), and a row is read in runs of 512 bytes.
constexpr int kSliceBlocks = 4;
constexpr int kSliceInputs = kSliceBlocks * kInt8BlockInputs;

// The weights of one panel for up to kSliceInputs inputs.
struct Int8Slice {
  // Rows of four inputs: one byte each of every output.
  HWY_ALIGN std::uint8_t codes[kSliceInputs / 4 * kCodeRowBytes];
  // Of the groups of 16 or more inputs.
  HWY_ALIGN float scales[kSliceInputs / 16 * kSlabOutputs];
  HWY_ALIGN float minima[kSliceInputs / 16 * kSlabOutputs];
};

// How a code of the file becomes one of the block.
enum class Recode {
  kNone,    // as it is
  kBias,    // its level
  kLevels,  // code of 8 bits, level + 128: as kUnsignedLevels says
  kTable,   // IQ4: its level, or that + 128
};

// The bytes of four neighboring values of each output.
template <int kBits>
HWY_INLINE ByteVector CodesOfQuad(const std::uint8_t* HWY_RESTRICT plane, int quad, int column) {
  const ColumnBytes d;
  const hn::Repartition<std::uint16_t, ColumnBytes> d_pairs;
  constexpr int kPerByte = 8 / kBits;
  const auto row =
      hn::LoadU(d, plane + quad / kPerByte * kCodeRowBytes + column * 4 * kColumnOutputs);
  if constexpr (kBits == 8) return row;
  const auto shifted = hn::ShiftRightSame(hn::BitCast(d_pairs, row), quad % kPerByte * kBits);
  return hn::And(hn::BitCast(d, shifted), hn::Set(d, (1 << kBits) - 1));
}

template <Recode kRecode, int kBits>
HWY_INLINE ByteVector Recoded(ByteVector codes) {
  const ColumnBytes d;
  if constexpr (kRecode == Recode::kBias) return hn::Sub(codes, hn::Set(d, 1 << (kBits - 1)));
  if constexpr (kRecode == Recode::kLevels) {
    return kUnsignedLevels ? codes : hn::Xor(codes, hn::Set(d, 128));
  }
  if constexpr (kRecode == Recode::kTable) {
    const hn::RebindToSigned<ColumnBytes> d_levels;
    const auto table = hn::BitCast(d, hn::LoadDup128(d_levels, kIq4Levels.data()));
    const auto levels = hn::TableLookupBytes(table, codes);
    return kUnsignedLevels ? hn::Xor(levels, hn::Set(d, 128)) : levels;
  }
  return codes;
}

// The codes of four neighboring values of the unit of 32 whose rows start at low and high.
template <int kLow, int kHigh, Recode kRecode>
HWY_INLINE ByteVector CodesOfUnit(const std::uint8_t* HWY_RESTRICT low,
                                  const std::uint8_t* HWY_RESTRICT high, int quad, int column) {
  ByteVector code = CodesOfQuad<kLow>(low, quad, column);
  if constexpr (kHigh > 0) {
    const auto upper = CodesOfQuad<kHigh>(high, quad, column);
    const hn::Repartition<std::uint16_t, ColumnBytes> d_pairs;
    // Codes of at most 6 bits: nothing is shifted into a neighbor.
    const auto shifted = hn::ShiftLeft<kLow>(hn::BitCast(d_pairs, upper));
    code = hn::Or(code, hn::BitCast(ColumnBytes(), shifted));
  }
  return Recoded<kRecode, kLow + kHigh>(code);
}

// The whole unit: 8 rows of codes.
template <int kLow, int kHigh, Recode kRecode>
HWY_INLINE void UnpackUnit(const std::uint8_t* HWY_RESTRICT low,
                           const std::uint8_t* HWY_RESTRICT high,
                           std::uint8_t* HWY_RESTRICT codes) {
  for (int column = 0; column < kPanelColumns; ++column) {
#pragma GCC unroll 8
    for (int quad = 0; quad < 8; ++quad) {
      hn::Store(CodesOfUnit<kLow, kHigh, kRecode>(low, high, quad, column), ColumnBytes(),
                codes + quad * kCodeRowBytes + column * 4 * kColumnOutputs);
    }
  }
}

// A column of `numbers` (float16) as float32, each times its factor if kHasFactors.
template <class Factor, bool kHasFactors>
HWY_INLINE FloatVector ScaleOf(const std::byte* numbers, const std::byte* factors) {
  const ColumnFloats d;
  const auto scale = LoadHalf(d, reinterpret_cast<const std::uint16_t*>(numbers));
  if constexpr (!kHasFactors) return scale;
  const hn::Rebind<Factor, ColumnFloats> d_factors;
  const auto factor = hn::LoadU(d_factors, reinterpret_cast<const Factor*>(factors));
  return hn::Mul(scale, hn::ConvertTo(d, hn::PromoteTo(ColumnIntegers(), factor)));
}

// The same of all outputs; factors: null for none.
template <class Factor>
HWY_INLINE void WriteScales(const std::byte* numbers, const std::byte* factors,
                            float* HWY_RESTRICT scales) {
  for (int i = 0; i < kSlabOutputs; i += kColumnOutputs) {
    const auto scale = factors == nullptr ? ScaleOf<Factor, false>(numbers + 2 * i, nullptr)
                                          : ScaleOf<Factor, true>(numbers + 2 * i, factors + i);
    hn::Store(scale, ColumnFloats(), scales + i);
  }
}

// Inputs [first, first + count) of a panel of blocks; both are multiples of 32.
template <int kLow, int kHigh, Recode kRecode>
void UnpackBlocks(const Weight& w, int panel, int first, int count, Int8Slice& slice) {
  const BlockFormat& format = w.format();
  const SlabLayout& layout = w.layout();
  float* scales = slice.scales;
  float* minima = slice.minima;
  for (int k = first; k < first + count; k += kUnitValues) {
    const std::byte* slab = w.Slab(panel, k / format.values);
    const int unit = k % format.values / kUnitValues;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(slab);
    UnpackUnit<kLow, kHigh, kRecode>(bytes + layout.low_codes + unit * kLow * kCodeRowBytes,
                                     bytes + layout.high_codes + unit * kHigh * kCodeRowBytes,
                                     slice.codes + (k - first) / 4 * kCodeRowBytes);
    const int groups = kUnitValues / format.group;
    for (int g = unit * groups; g < (unit + 1) * groups; ++g) {
      const std::byte* own = format.has_group_scales ? slab + g * kSlabOutputs : nullptr;
      WriteScales<std::int8_t>(slab, own == nullptr ? own : own + layout.group_scales, scales);
      scales += kSlabOutputs;
      if (!format.has_minimum) continue;
      WriteScales<std::uint8_t>(slab + layout.minima,
                                own == nullptr ? own : own + layout.group_minima, minima);
      minima += kSlabOutputs;
    }
  }
}

// The same of a panel of int8; first is a multiple of kInt8BlockInputs.
HWY_INLINE void UnpackInt8(const Weight& w, int panel, int first, int count, Int8Slice& slice) {
  const ColumnBytes d;
  const auto flip = hn::Set(d, kUnsignedLevels ? 128 : 0);
  float* scales = slice.scales;
  std::uint8_t* codes = slice.codes;
  for (int k = first; k < first + count; k += kInt8BlockInputs) {
    const std::ptrdiff_t block = k / kInt8BlockInputs;
    const std::byte* stored = w.Int8Panel(panel) + block * kInt8BlockBytes;
    std::memcpy(scales, stored, kSlabOutputs * sizeof(float));
    const auto* levels = reinterpret_cast<const std::uint8_t*>(stored) + 4 * kSlabOutputs;
    const int bytes = std::min(kInt8BlockInputs, first + count - k) * kSlabOutputs;
    for (int i = 0; i < bytes; i += 4 * kColumnOutputs) {
      hn::Store(hn::Xor(hn::LoadU(d, levels + i), flip), d, codes + i);
    }
    scales += kSlabOutputs;
    codes += kInt8BlockInputs * kSlabOutputs;
  }
}

using UnpackFunction = void (*)(const Weight& w, int panel, int first, int count, Int8Slice& slice);

// For codes of fewer than 8 bits.
template <int kLow, int kHigh>
HWY_INLINE UnpackFunction UnpackOfBits(const BlockFormat& format) {
  if constexpr (kSignedFactors) {
    if (!format.has_minimum) return UnpackBlocks<kLow, kHigh, Recode::kBias>;
  }
  return UnpackBlocks<kLow, kHigh, Recode::kNone>;
}

HWY_INLINE UnpackFunction UnpackFor(const Weight& w) {
  if (w.type() == WeightType::kInt8) return UnpackInt8;
  const BlockFormat& format = w.format();
  if (format.has_table) return UnpackBlocks<4, 0, Recode::kTable>;
  const int bits = format.low_bits * 10 + format.high_bits;
  if (bits == 20) return UnpackOfBits<2, 0>(format);
  if (bits == 21) return UnpackOfBits<2, 1>(format);
  if (bits == 40) return UnpackOfBits<4, 0>(format);
  if (bits == 41) return UnpackOfBits<4, 1>(format);
  return bits == 42 ? UnpackOfBits<4, 2>(format) : UnpackBlocks<8, 0, Recode::kLevels>;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
