// Unpacks quantized weights for int8 products. For Highway sources.
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
#include "kernels/matmul/int8/int8_dot-inl.h"
#include "tensor/weight.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// Blocks of inputs per k-slice: with two panels the unpacked weights and the rows that are
// multiplied stay in the L1 cache (48 KiB where AVX-512 is), and a row is read in runs of 512
// bytes.
constexpr int kKSliceBlocks = 4;
constexpr int kKSliceInputs = kKSliceBlocks * kInt8BlockInputs;

// A k-slice: the unpacked weights of one panel for up to kKSliceInputs inputs.
struct Int8KSlice {
  // Rows of four inputs, one byte each per output.
  HWY_ALIGN std::uint8_t quants[kKSliceInputs / 4 * kQuantRowBytes];
  // Of the groups of 16 or more inputs.
  HWY_ALIGN float scales[kKSliceInputs / 16 * kPackedOutputs];
  HWY_ALIGN float minima[kKSliceInputs / 16 * kPackedOutputs];
};

// How a stored quant becomes the byte that is multiplied.
enum class Remap {
  kNone,   // unchanged
  kBias,   // minus the bias
  kInt8,   // stored with a bias of 128, which is subtracted unless kUnsignedInt8
  kTable,  // IQ4: the entry of the table, plus 128 if kUnsignedInt8
};

// The bytes of four neighboring values of each output.
template <int kBits>
HWY_INLINE ByteVector QuantsOfQuad(const std::uint8_t* HWY_RESTRICT plane, int quad, int column) {
  const ColumnBytes d;
  const hn::Repartition<std::uint16_t, ColumnBytes> d_pairs;
  constexpr int kPerByte = 8 / kBits;
  const auto row =
      hn::LoadU(d, plane + quad / kPerByte * kQuantRowBytes + column * 4 * kColumnOutputs);
  if constexpr (kBits == 8) return row;
  const auto shifted = hn::ShiftRightSame(hn::BitCast(d_pairs, row), quad % kPerByte * kBits);
  return hn::And(hn::BitCast(d, shifted), hn::Set(d, (1 << kBits) - 1));
}

template <Remap kRemap, int kBits>
HWY_INLINE ByteVector Remapped(ByteVector quants) {
  const ColumnBytes d;
  if constexpr (kRemap == Remap::kBias) return hn::Sub(quants, hn::Set(d, 1 << (kBits - 1)));
  if constexpr (kRemap == Remap::kInt8) {
    return kUnsignedInt8 ? quants : hn::Xor(quants, hn::Set(d, 128));
  }
  if constexpr (kRemap == Remap::kTable) {
    const hn::RebindToSigned<ColumnBytes> d_quants;
    const auto table = hn::BitCast(d, hn::LoadDup128(d_quants, kIq4Values.data()));
    const auto values = hn::TableLookupBytes(table, quants);
    return kUnsignedInt8 ? hn::Xor(values, hn::Set(d, 128)) : values;
  }
  return quants;
}

// The quants of four neighboring values of the unit of 32 whose rows start at low and high.
template <int kLow, int kHigh, Remap kRemap>
HWY_INLINE ByteVector QuantsOfUnit(const std::uint8_t* HWY_RESTRICT low,
                                   const std::uint8_t* HWY_RESTRICT high, int quad, int column) {
  ByteVector quant = QuantsOfQuad<kLow>(low, quad, column);
  if constexpr (kHigh > 0) {
    const auto upper = QuantsOfQuad<kHigh>(high, quad, column);
    const hn::Repartition<std::uint16_t, ColumnBytes> d_pairs;
    // Quants have at most 6 bits, so no bit is shifted into a neighbor.
    const auto shifted = hn::ShiftLeft<kLow>(hn::BitCast(d_pairs, upper));
    quant = hn::Or(quant, hn::BitCast(ColumnBytes(), shifted));
  }
  return Remapped<kRemap, kLow + kHigh>(quant);
}

// The whole unit: 8 rows of quants.
template <int kLow, int kHigh, Remap kRemap>
HWY_INLINE void UnpackUnit(const std::uint8_t* HWY_RESTRICT low,
                           const std::uint8_t* HWY_RESTRICT high,
                           std::uint8_t* HWY_RESTRICT quants) {
  for (int column = 0; column < kPanelColumns; ++column) {
#pragma GCC unroll 8
    for (int quad = 0; quad < 8; ++quad) {
      hn::Store(QuantsOfUnit<kLow, kHigh, kRemap>(low, high, quad, column), ColumnBytes(),
                quants + quad * kQuantRowBytes + column * 4 * kColumnOutputs);
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

// The same for all outputs; factors: null for none.
template <class Factor>
HWY_INLINE void WriteScales(const std::byte* numbers, const std::byte* factors,
                            float* HWY_RESTRICT scales) {
  for (int i = 0; i < kPackedOutputs; i += kColumnOutputs) {
    const auto scale = factors == nullptr ? ScaleOf<Factor, false>(numbers + 2 * i, nullptr)
                                          : ScaleOf<Factor, true>(numbers + 2 * i, factors + i);
    hn::Store(scale, ColumnFloats(), scales + i);
  }
}

// Unpacks inputs [first, first + count) of a panel of packed blocks; both are multiples of 32.
template <int kLow, int kHigh, Remap kRemap>
void UnpackBlocks(const Weight& w, int panel, int first, int count, Int8KSlice& slice) {
  const BlockFormat& format = w.format();
  const PackedBlockLayout& layout = w.layout();
  float* scales = slice.scales;
  float* minima = slice.minima;
  for (int k = first; k < first + count; k += kUnitValues) {
    const std::byte* packed = w.PackedBlock(panel, k / format.values);
    const int unit = k % format.values / kUnitValues;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(packed);
    UnpackUnit<kLow, kHigh, kRemap>(bytes + layout.low_quants + unit * kLow * kQuantRowBytes,
                                    bytes + layout.high_quants + unit * kHigh * kQuantRowBytes,
                                    slice.quants + (k - first) / 4 * kQuantRowBytes);
    const int groups = kUnitValues / format.group;
    for (int g = unit * groups; g < (unit + 1) * groups; ++g) {
      const std::byte* own = format.has_group_scales ? packed + g * kPackedOutputs : nullptr;
      WriteScales<std::int8_t>(packed, own == nullptr ? own : own + layout.group_scales, scales);
      scales += kPackedOutputs;
      if (!format.has_minimum) continue;
      WriteScales<std::uint8_t>(packed + layout.minima,
                                own == nullptr ? own : own + layout.group_minima, minima);
      minima += kPackedOutputs;
    }
  }
}

// The same for a panel of int8; first is a multiple of kInt8BlockInputs.
HWY_INLINE void UnpackInt8(const Weight& w, int panel, int first, int count, Int8KSlice& slice) {
  const ColumnBytes d;
  const auto flip = hn::Set(d, kUnsignedInt8 ? 128 : 0);
  float* scales = slice.scales;
  std::uint8_t* quants = slice.quants;
  for (int k = first; k < first + count; k += kInt8BlockInputs) {
    const std::ptrdiff_t block = k / kInt8BlockInputs;
    const std::byte* stored = w.Int8Panel(panel) + block * kInt8BlockBytes;
    std::memcpy(scales, stored, kPackedOutputs * sizeof(float));
    const auto* stored_quants = reinterpret_cast<const std::uint8_t*>(stored) + 4 * kPackedOutputs;
    const int bytes = std::min(kInt8BlockInputs, first + count - k) * kPackedOutputs;
    for (int i = 0; i < bytes; i += 4 * kColumnOutputs) {
      hn::Store(hn::Xor(hn::LoadU(d, stored_quants + i), flip), d, quants + i);
    }
    scales += kPackedOutputs;
    quants += kInt8BlockInputs * kPackedOutputs;
  }
}

using UnpackFunction = void (*)(const Weight& w, int panel, int first, int count,
                                Int8KSlice& slice);

// For quants of fewer than 8 bits.
template <int kLow, int kHigh>
HWY_INLINE UnpackFunction UnpackOfBits(const BlockFormat& format) {
  if constexpr (kSignedFactors) {
    if (!format.has_minimum) return UnpackBlocks<kLow, kHigh, Remap::kBias>;
  }
  return UnpackBlocks<kLow, kHigh, Remap::kNone>;
}

HWY_INLINE UnpackFunction UnpackFor(const Weight& w) {
  if (w.type() == WeightType::kInt8) return UnpackInt8;
  const BlockFormat& format = w.format();
  if (format.has_table) return UnpackBlocks<4, 0, Remap::kTable>;
  const int bits = format.low_bits * 10 + format.high_bits;
  if (bits == 20) return UnpackOfBits<2, 0>(format);
  if (bits == 21) return UnpackOfBits<2, 1>(format);
  if (bits == 40) return UnpackOfBits<4, 0>(format);
  if (bits == 41) return UnpackOfBits<4, 1>(format);
  return bits == 42 ? UnpackOfBits<4, 2>(format) : UnpackBlocks<8, 0, Remap::kInt8>;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
