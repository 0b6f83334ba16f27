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
#include <iterator>

#include "base/check.h"
#include "kernels/half/half-inl.h"
#include "kernels/matmul/int8/int8_dot-inl.h"
#include "kernels/matmul/int8/int8_tile-inl.h"
#include "tensor/weight.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// Inputs per k-slice: with two panels the unpacked weights and the rows that are
// multiplied stay in the L1 cache (48 KiB where AVX-512 is), and a row is read in runs of 512
// bytes.
constexpr int kKSliceInputs = 512;
static_assert(kKSliceInputs % kMaxInt8Block == 0 && kKSliceInputs % kInt8BlockInputs == 0);

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
  kRotate,  // centered and rotated in groups, plus a bias unless the bytes are signed
  kInt8,    // stored with a bias of 128, which is subtracted unless kUnsignedInt8
  kTable,   // IQ4: the entry of the table, plus 128 if kUnsignedInt8
};

// The properties of a format that unpacking its quants depends on.
struct QuantFormat {
  int low_bits;
  int high_bits;
  Remap remap;
  int rotation;

  // Of the bytes that are multiplied: a rotation makes them wider.
  constexpr int byte_bits() const {
    return remap != Remap::kRotate ? 8 : low_bits + high_bits + (rotation == 8 ? 3 : 2);
  }
};

constexpr QuantFormat QuantFormatOf(const BlockFormat& format) {
  const int rotation = RotationFor(format);
  return {format.low_bits, format.high_bits,
          format.has_table ? Remap::kTable
          : rotation == 1  ? Remap::kInt8
                           : Remap::kRotate,
          rotation};
}

// The kind of tile that multiplies a format.
template <int kFormatIndex>
using KindOfFormat =
    Kind<RoundingFor(kBlockFormats[kFormatIndex]), kBlockFormats[kFormatIndex].has_minimum,
         QuantFormatOf(kBlockFormats[kFormatIndex]).byte_bits()>;

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

template <Remap kRemap>
HWY_INLINE ByteVector Remapped(ByteVector quants) {
  const ColumnBytes d;
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
template <QuantFormat kFormat>
HWY_INLINE ByteVector QuantsOfUnit(const std::uint8_t* HWY_RESTRICT low,
                                   const std::uint8_t* HWY_RESTRICT high, int quad, int column) {
  ByteVector quant = QuantsOfQuad<kFormat.low_bits>(low, quad, column);
  if constexpr (kFormat.high_bits > 0) {
    const auto upper = QuantsOfQuad<kFormat.high_bits>(high, quad, column);
    const hn::Repartition<std::uint16_t, ColumnBytes> d_pairs;
    // Quants have at most 6 bits, so no bit is shifted into a neighbor.
    const auto shifted = hn::ShiftLeft<kFormat.low_bits>(hn::BitCast(d_pairs, upper));
    quant = hn::Or(quant, hn::BitCast(ColumnBytes(), shifted));
  }
  return Remapped<kFormat.remap>(quant);
}

// The steps of Rotate (quantized_rows.h) from `kHalf` rows apart on.
template <int kRotation, int kHalf>
HWY_INLINE void AddRows(ByteVector* HWY_RESTRICT rows) {
#pragma GCC unroll 4
  for (int pair = 0; pair < kRotation / 2; ++pair) {
    ByteVector& a = rows[pair / kHalf * 2 * kHalf + pair % kHalf];
    ByteVector& b = rows[pair / kHalf * 2 * kHalf + pair % kHalf + kHalf];
    const auto sum = hn::Add(a, b);
    b = hn::Sub(a, b);
    a = sum;
  }
  if constexpr (kHalf > 1) AddRows<kRotation, kHalf / 2>(rows);
}

// Centers and rotates the rows of a group, and adds the bias of tiles whose bytes are unsigned. All
// elements of the matrix's first column are 1: a bias added to the first row before the rotation is
// added to every row. Only the first row of the rotated ones has the centers, R of them.
template <QuantFormat kFormat>
HWY_INLINE void RotateQuads(ByteVector* HWY_RESTRICT quads) {
  using KindOf = Kind<Int8Rounding{}, false, kFormat.byte_bits()>;
  constexpr int kRotation = kFormat.rotation;
  constexpr int kCenters = kRotation << (kFormat.low_bits + kFormat.high_bits - 1);
  const ColumnBytes d;
  if constexpr (!KindOf::kIsSigned) {
    quads[0] = hn::Add(quads[0], hn::Set(d, std::uint8_t{1 << KindOf::kBiasBits}));
  }
  AddRows<kRotation, kRotation / 2>(quads);
  quads[0] = hn::Sub(quads[0], hn::Set(d, std::uint8_t{kCenters}));
}

// A column of the unit: 8 rows of bytes.
template <QuantFormat kFormat>
HWY_INLINE void UnpackColumn(const std::uint8_t* HWY_RESTRICT low,
                             const std::uint8_t* HWY_RESTRICT high, int column,
                             ByteVector (&quads)[8]) {
#pragma GCC unroll 8
  for (int quad = 0; quad < 8; ++quad) quads[quad] = QuantsOfUnit<kFormat>(low, high, quad, column);
  if constexpr (kFormat.remap == Remap::kRotate) {
#pragma GCC unroll 2
    for (int quad = 0; quad < 8; quad += kFormat.rotation) RotateQuads<kFormat>(quads + quad);
  }
}

// The whole unit.
template <QuantFormat kFormat>
HWY_INLINE void UnpackUnit(const std::uint8_t* HWY_RESTRICT low,
                           const std::uint8_t* HWY_RESTRICT high,
                           std::uint8_t* HWY_RESTRICT quants) {
  for (int column = 0; column < kPanelColumns; ++column) {
    ByteVector quads[8];
    UnpackColumn<kFormat>(low, high, column, quads);
#pragma GCC unroll 8
    for (int quad = 0; quad < 8; ++quad) {
      hn::Store(quads[quad], ColumnBytes(),
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

// minima -= scales * center: those of centered quants. The products are exact.
HWY_INLINE void CenterMinima(int center, const float* HWY_RESTRICT scales,
                             float* HWY_RESTRICT minima) {
  const ColumnFloats d;
  for (int i = 0; i < kPackedOutputs; i += kColumnOutputs) {
    const auto shift = hn::Mul(hn::Load(d, scales + i), hn::Set(d, static_cast<float>(center)));
    hn::Store(hn::Sub(hn::Load(d, minima + i), shift), d, minima + i);
  }
}

// Unpacks inputs [first, first + count) of a panel of packed blocks; both are multiples of 32.
template <QuantFormat kFormat>
void UnpackBlocks(const Weight& w, int panel, int first, int count, Int8KSlice& slice) {
  const BlockFormat& format = w.format();
  const PackedBlockLayout& layout = w.layout();
  float* scales = slice.scales;
  float* minima = slice.minima;
  for (int k = first; k < first + count; k += kUnitValues) {
    const std::byte* packed = w.PackedBlock(panel, k / format.values);
    const int unit = k % format.values / kUnitValues;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(packed);
    UnpackUnit<kFormat>(bytes + layout.low_quants + unit * kFormat.low_bits * kQuantRowBytes,
                        bytes + layout.high_quants + unit * kFormat.high_bits * kQuantRowBytes,
                        slice.quants + (k - first) / 4 * kQuantRowBytes);
    const int groups = kUnitValues / format.group;
    for (int g = unit * groups; g < (unit + 1) * groups; ++g) {
      const std::byte* own = format.has_group_scales ? packed + g * kPackedOutputs : nullptr;
      WriteScales<std::int8_t>(packed, own == nullptr ? own : own + layout.group_scales, scales);
      if (format.has_minimum) {
        WriteScales<std::uint8_t>(packed + layout.minima,
                                  own == nullptr ? own : own + layout.group_minima, minima);
        CenterMinima(CenterOf(format), scales, minima);
        minima += kPackedOutputs;
      }
      scales += kPackedOutputs;
    }
  }
}

// The same for int8.
void UnpackInt8(const Weight& w, int panel, int first, int count, Int8KSlice& slice) {
  const ColumnBytes d;
  const auto flip = hn::Set(d, kUnsignedInt8 ? 128 : 0);
  const int block = w.group();
  float* scales = slice.scales;
  std::uint8_t* quants = slice.quants;
  for (int k = first, n = 0; k < first + count; k += n) {
    n = std::min(block, first + count - k);
    const std::byte* stored = w.Int8Panel(panel) + Int8QuantsAt(k, block);
    if (block != kInt8WholeRow) std::memcpy(scales, stored - kInt8ScaleBytes, kInt8ScaleBytes);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(stored);
    for (int i = 0; i < n * kPackedOutputs; i += 4 * kColumnOutputs) {
      hn::Store(hn::Xor(hn::LoadU(d, bytes + i), flip), d, quants + i);
    }
    scales += kPackedOutputs;
    quants += n * kPackedOutputs;
  }
}

using UnpackFunction = void (*)(const Weight& w, int panel, int first, int count,
                                Int8KSlice& slice);

template <int kIndex = 0>
HWY_INLINE UnpackFunction UnpackForBlocks(const BlockFormat& format) {
  if constexpr (kIndex == std::size(kBlockFormats)) {
    CHECK(false);
    return nullptr;
  } else {
    if (format.dtype == kBlockFormats[kIndex].dtype) {
      return UnpackBlocks<QuantFormatOf(kBlockFormats[kIndex])>;
    }
    return UnpackForBlocks<kIndex + 1>(format);
  }
}

HWY_INLINE UnpackFunction UnpackFor(const Weight& w) {
  return w.is_int8() ? UnpackInt8 : UnpackForBlocks(w.format());
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
