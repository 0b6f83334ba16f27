// Unpacks panels of any Weight to float32, for Highway sources. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_MATMUL_FLOAT32_UNPACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_FLOAT32_UNPACK_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_FLOAT32_UNPACK_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_FLOAT32_UNPACK_INL_H_
#endif

#include <algorithm>

#include "kernels/half/half-inl.h"
#include "tensor/weight.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// As many neighboring outputs of a panel as a register holds.
using PanelTag = hn::CappedTag<float, Weight::kPanelWidth>;
using PanelVector = hn::VFromD<PanelTag>;
using PanelIntegers = hn::RebindToSigned<PanelTag>;
constexpr int kPanelLanes = static_cast<int>(hn::MaxLanes(PanelTag()));
constexpr int kPanelVectors = Weight::kPanelWidth / kPanelLanes;

// Values from 16 bits each.
HWY_INLINE PanelVector LoadBFloat16(PanelTag d, const std::uint16_t* at) {
  const hn::Rebind<std::uint16_t, PanelTag> d_narrow;
  const hn::RebindToUnsigned<PanelTag> d_bits;
  const auto bits = hn::PromoteTo(d_bits, hn::LoadU(d_narrow, at));
  return hn::BitCast(d, hn::ShiftLeft<16>(bits));
}

// How a quant becomes a value (blocks.h).
enum class QuantKind { kBias, kMinimum, kTable };

// Some lanes of one group of a packed block.
struct PackedGroup {
  PanelVector scale;
  PanelVector minimum;
  const std::uint8_t* low;   // plane of quants, at the group's unit of 32 values
  const std::uint8_t* high;  // likewise
};

// The quants of four neighboring values, one byte each, from their unit's rows of a plane.
template <int kBits>
HWY_INLINE hn::VFromD<PanelIntegers> QuadQuants(const std::uint8_t* HWY_RESTRICT plane, int quad) {
  const hn::RebindToUnsigned<PanelTag> d;
  constexpr int kPerByte = 8 / kBits;
  constexpr std::uint32_t kMask = ((1u << kBits) - 1) * 0x01010101u;
  const auto* row =
      reinterpret_cast<const std::uint32_t*>(plane + quad / kPerByte * kQuantRowBytes);
  const auto quants = hn::ShiftRightSame(hn::LoadU(d, row), quad % kPerByte * kBits);
  return hn::BitCast(PanelIntegers(), hn::And(quants, hn::Set(d, kMask)));
}

HWY_INLINE PanelVector Iq4Value(hn::VFromD<PanelIntegers> quant) {
  const PanelTag d;
  HWY_ALIGN static constexpr float kValues[] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                1,    13,   25,  38,  53,  69,  89,  113};
  if constexpr (kPanelLanes == 16) {
    return hn::TableLookupLanes(hn::Load(d, kValues), hn::IndicesFromVec(d, quant));
  } else {
    return hn::GatherIndex(d, kValues, quant);
  }
}

// Value kIndex of the four whose quants are given.
template <int kLow, int kHigh, QuantKind kKind, int kIndex>
HWY_INLINE void UnpackValue(const PackedGroup& group, hn::VFromD<PanelIntegers> quants,
                            float* HWY_RESTRICT out) {
  const PanelTag d;
  const PanelIntegers d_integers;
  const auto quant = hn::And(hn::ShiftRight<8 * kIndex>(quants), hn::Set(d_integers, 255));
  PanelVector value;
  if constexpr (kKind == QuantKind::kTable) {
    value = hn::Mul(group.scale, Iq4Value(quant));
  } else if constexpr (kKind == QuantKind::kMinimum) {
    value = hn::MulSub(group.scale, hn::ConvertTo(d, quant), group.minimum);
  } else {
    const auto bias = hn::Set(d_integers, 1 << (kLow + kHigh - 1));
    value = hn::Mul(group.scale, hn::ConvertTo(d, hn::Sub(quant, bias)));
  }
  hn::StoreU(value, d, out + kIndex * Weight::kPanelWidth);
}

// The quads [first, last) of a unit, [4 * quads, kPanelWidth], some lanes of each.
template <int kLow, int kHigh, QuantKind kKind>
HWY_INLINE void UnpackQuads(const PackedGroup& group, int first, int last,
                            float* HWY_RESTRICT out) {
  for (int quad = first; quad < last; ++quad, out += 4 * Weight::kPanelWidth) {
    auto quants = QuadQuants<kLow>(group.low, quad);
    if constexpr (kHigh > 0) {
      quants = hn::Or(quants, hn::ShiftLeft<kLow>(QuadQuants<kHigh>(group.high, quad)));
    }
    UnpackValue<kLow, kHigh, kKind, 0>(group, quants, out);
    UnpackValue<kLow, kHigh, kKind, 1>(group, quants, out);
    UnpackValue<kLow, kHigh, kKind, 2>(group, quants, out);
    UnpackValue<kLow, kHigh, kKind, 3>(group, quants, out);
  }
}

// Unpacks groups [first, last) of a packed block.
using UnpackGroups = void (*)(const Weight& w, const std::byte* packed, int first, int last,
                              float* out);

template <int kLow, int kHigh, QuantKind kKind>
void UnpackPackedBlock(const Weight& w, const std::byte* packed, int first, int last, float* out) {
  const PanelTag d;
  const PanelIntegers d_integers;
  const hn::Rebind<std::int8_t, PanelTag> d_signed;
  const hn::Rebind<std::uint8_t, PanelTag> d_unsigned;
  const BlockFormat& format = w.format();
  const PackedBlockLayout& layout = w.layout();
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(packed);
  const auto* scales = reinterpret_cast<const std::uint16_t*>(packed);
  const auto* minima = reinterpret_cast<const std::uint16_t*>(packed + layout.minima);
  for (int g = first; g < last; ++g, out += format.group * Weight::kPanelWidth) {
    for (int lane = 0; lane < Weight::kPanelWidth; lane += kPanelLanes) {
      PackedGroup group;
      group.scale = LoadHalf(d, scales + lane);
      group.minimum = kKind == QuantKind::kMinimum ? LoadHalf(d, minima + lane) : hn::Zero(d);
      const std::uint8_t* own = bytes + g * kPackedOutputs + lane;
      if (format.has_group_scales) {
        const auto* signed_scales = reinterpret_cast<const std::int8_t*>(own + layout.group_scales);
        const auto factor = hn::PromoteTo(d_integers, hn::LoadU(d_signed, signed_scales));
        group.scale = hn::Mul(group.scale, hn::ConvertTo(d, factor));
      }
      if (format.has_group_scales && kKind == QuantKind::kMinimum) {
        const auto factor =
            hn::PromoteTo(d_integers, hn::LoadU(d_unsigned, own + layout.group_minima));
        group.minimum = hn::Mul(group.minimum, hn::ConvertTo(d, factor));
      }
      const int unit = g * format.group / kUnitValues;
      const int quad = g * format.group % kUnitValues / 4;
      // The rows of a unit take 64 bytes per bit; a lane is four bytes of one output.
      group.low = bytes + layout.low_quants + unit * kLow * kQuantRowBytes + 4 * lane;
      group.high = bytes + layout.high_quants + unit * kHigh * kQuantRowBytes + 4 * lane;
      UnpackQuads<kLow, kHigh, kKind>(group, quad, quad + format.group / 4, out + lane);
    }
  }
}

HWY_INLINE UnpackGroups UnpackFor(const BlockFormat& format) {
  const int bits = format.low_bits * 10 + format.high_bits;
  if (format.has_table) return UnpackPackedBlock<4, 0, QuantKind::kTable>;
  if (format.has_minimum) {
    if (bits == 20) return UnpackPackedBlock<2, 0, QuantKind::kMinimum>;
    return bits == 40 ? UnpackPackedBlock<4, 0, QuantKind::kMinimum>
                      : UnpackPackedBlock<4, 1, QuantKind::kMinimum>;
  }
  if (bits == 21) return UnpackPackedBlock<2, 1, QuantKind::kBias>;
  if (bits == 40) return UnpackPackedBlock<4, 0, QuantKind::kBias>;
  if (bits == 41) return UnpackPackedBlock<4, 1, QuantKind::kBias>;
  return bits == 42 ? UnpackPackedBlock<4, 2, QuantKind::kBias>
                    : UnpackPackedBlock<8, 0, QuantKind::kBias>;
}

// Writes the inputs [first, first + count) of a panel, [count, kPanelWidth], exactly as CopyRow
// gives them. REQUIRES: not kFloat32; for blocks, first and count are multiples of 32.
HWY_INLINE void UnpackPanel(const Weight& w, int panel, int first, int count,
                            float* HWY_RESTRICT out) {
  const PanelTag d;
  if (w.type() == WeightType::kBlocks) {
    const BlockFormat& format = w.format();
    const UnpackGroups unpack = UnpackFor(format);
    for (int k = first; k < first + count;) {
      const int begin = k % format.values;
      const int end = std::min(format.values, begin + first + count - k);
      unpack(w, w.PackedBlock(panel, k / format.values), begin / format.group, end / format.group,
             out);
      out += (end - begin) * Weight::kPanelWidth;
      k += end - begin;
    }
    return;
  }
  const std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(first) * Weight::kPanelWidth;
  const std::uint16_t* HWY_RESTRICT narrow = w.NarrowPanel(panel) + begin;
  if (w.type() == WeightType::kFloat16) {
    for (int i = 0; i < count * Weight::kPanelWidth; i += kPanelLanes) {
      hn::StoreU(LoadHalf(d, narrow + i), d, out + i);
    }
    return;
  }
  for (int i = 0; i < count * Weight::kPanelWidth; i += kPanelLanes) {
    hn::StoreU(LoadBFloat16(d, narrow + i), d, out + i);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#endif
