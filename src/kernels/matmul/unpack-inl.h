// Panels of any Weight as float32, for Highway sources. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_MATMUL_UNPACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_UNPACK_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_UNPACK_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_UNPACK_INL_H_
#endif

#include <algorithm>

#include "kernels/half/half-inl.h"
#include "tensor/weight.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

// As many neighbouring outputs of a panel as a register holds.
using PanelTag = hn::CappedTag<float, Weight::kPanelWidth>;
using PanelVector = hn::VFromD<PanelTag>;
using PanelIntegers = hn::RebindToSigned<PanelTag>;
constexpr int kPanelLanes = static_cast<int>(hn::MaxLanes(PanelTag()));
constexpr int kPanelVectors = Weight::kPanelWidth / kPanelLanes;

// How a code becomes a level (blocks.h).
enum class Coding { kBias, kMinimum, kTable };

// Some lanes of one group of a slab.
struct SlabGroup {
  PanelVector scale;
  PanelVector minimum;
  const std::uint8_t* low;   // plane of codes
  const std::uint8_t* high;  // plane of codes
};

// The code of value kIndex, below 8, from the plane's next rows.
template <int kBits, int kIndex>
HWY_INLINE hn::VFromD<PanelIntegers> Code(const std::uint8_t* HWY_RESTRICT plane) {
  const PanelIntegers d;
  const hn::Rebind<std::uint8_t, PanelTag> d_bytes;
  constexpr int kPerByte = 8 / kBits;
  constexpr int kShift = kIndex % kPerByte * kBits;
  auto row = hn::PromoteTo(d, hn::LoadU(d_bytes, plane + kIndex / kPerByte * kSlabOutputs));
  if constexpr (kShift > 0) row = hn::ShiftRight<kShift>(row);
  if constexpr (kShift + kBits < 8) row = hn::And(row, hn::Set(d, (1 << kBits) - 1));
  return row;
}

HWY_INLINE PanelVector Iq4Level(hn::VFromD<PanelIntegers> code) {
  const PanelTag d;
  HWY_ALIGN static constexpr float kLevels[] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                1,    13,   25,  38,  53,  69,  89,  113};
  if constexpr (kPanelLanes == 16) {
    return hn::TableLookupLanes(hn::Load(d, kLevels), hn::IndicesFromVec(d, code));
  } else {
    return hn::GatherIndex(d, kLevels, code);
  }
}

// Value kIndex, below 8, of the group's next ones.
template <int kLow, int kHigh, Coding kCoding, int kIndex>
HWY_INLINE void UnpackValue(const SlabGroup& group, float* HWY_RESTRICT out) {
  const PanelTag d;
  const PanelIntegers d_integers;
  auto code = Code<kLow, kIndex>(group.low);
  if constexpr (kHigh > 0) {
    code = hn::Or(code, hn::ShiftLeft<kLow>(Code<kHigh, kIndex>(group.high)));
  }
  PanelVector value;
  if constexpr (kCoding == Coding::kTable) {
    value = hn::Mul(group.scale, Iq4Level(code));
  } else if constexpr (kCoding == Coding::kMinimum) {
    value = hn::MulSub(group.scale, hn::ConvertTo(d, code), group.minimum);
  } else {
    const auto bias = hn::Set(d_integers, 1 << (kLow + kHigh - 1));
    value = hn::Mul(group.scale, hn::ConvertTo(d, hn::Sub(code, bias)));
  }
  hn::StoreU(value, d, out + kIndex * Weight::kPanelWidth);
}

// The values of one group of so many values, [values, kPanelWidth], some lanes of each.
template <int kLow, int kHigh, Coding kCoding>
HWY_INLINE void UnpackGroup(SlabGroup group, int values, float* HWY_RESTRICT out) {
  for (int i = 0; i < values; i += 8) {
    UnpackValue<kLow, kHigh, kCoding, 0>(group, out);
    UnpackValue<kLow, kHigh, kCoding, 1>(group, out);
    UnpackValue<kLow, kHigh, kCoding, 2>(group, out);
    UnpackValue<kLow, kHigh, kCoding, 3>(group, out);
    UnpackValue<kLow, kHigh, kCoding, 4>(group, out);
    UnpackValue<kLow, kHigh, kCoding, 5>(group, out);
    UnpackValue<kLow, kHigh, kCoding, 6>(group, out);
    UnpackValue<kLow, kHigh, kCoding, 7>(group, out);
    group.low += kLow * kSlabOutputs;
    group.high += kHigh * kSlabOutputs;
    out += 8 * Weight::kPanelWidth;
  }
}

// Groups [first, last) of a slab.
using UnpackGroups = void (*)(const Weight& w, const std::byte* slab, int first, int last,
                              float* out);

template <int kLow, int kHigh, Coding kCoding>
void UnpackSlab(const Weight& w, const std::byte* slab, int first, int last, float* out) {
  const PanelTag d;
  const PanelIntegers d_integers;
  const hn::Rebind<std::int8_t, PanelTag> d_signed;
  const hn::Rebind<std::uint8_t, PanelTag> d_unsigned;
  const BlockFormat& format = w.format();
  const SlabLayout& layout = w.layout();
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(slab);
  const auto* scales = reinterpret_cast<const std::uint16_t*>(slab);
  const auto* minima = reinterpret_cast<const std::uint16_t*>(slab + layout.minima);
  for (int g = first; g < last; ++g, out += format.group * Weight::kPanelWidth) {
    for (int lane = 0; lane < Weight::kPanelWidth; lane += kPanelLanes) {
      SlabGroup group;
      group.scale = LoadHalf(d, scales + lane);
      group.minimum = kCoding == Coding::kMinimum ? LoadHalf(d, minima + lane) : hn::Zero(d);
      const std::uint8_t* own = bytes + g * kSlabOutputs + lane;
      if (format.has_group_scales) {
        const auto* signed_scales = reinterpret_cast<const std::int8_t*>(own + layout.group_scales);
        const auto factor = hn::PromoteTo(d_integers, hn::LoadU(d_signed, signed_scales));
        group.scale = hn::Mul(group.scale, hn::ConvertTo(d, factor));
      }
      if (format.has_group_scales && kCoding == Coding::kMinimum) {
        const auto factor =
            hn::PromoteTo(d_integers, hn::LoadU(d_unsigned, own + layout.group_minima));
        group.minimum = hn::Mul(group.minimum, hn::ConvertTo(d, factor));
      }
      // 2 * kLow bytes per value, in rows of all outputs.
      group.low = bytes + layout.low_codes + g * format.group * 2 * kLow + lane;
      group.high = bytes + layout.high_codes + g * format.group * 2 * kHigh + lane;
      UnpackGroup<kLow, kHigh, kCoding>(group, format.group, out + lane);
    }
  }
}

HWY_INLINE UnpackGroups UnpackFor(const BlockFormat& format) {
  const int bits = format.low_bits * 10 + format.high_bits;
  if (format.has_table) return UnpackSlab<4, 0, Coding::kTable>;
  if (format.has_minimum) {
    if (bits == 20) return UnpackSlab<2, 0, Coding::kMinimum>;
    return bits == 40 ? UnpackSlab<4, 0, Coding::kMinimum> : UnpackSlab<4, 1, Coding::kMinimum>;
  }
  if (bits == 21) return UnpackSlab<2, 1, Coding::kBias>;
  if (bits == 40) return UnpackSlab<4, 0, Coding::kBias>;
  if (bits == 41) return UnpackSlab<4, 1, Coding::kBias>;
  return bits == 42 ? UnpackSlab<4, 2, Coding::kBias> : UnpackSlab<8, 0, Coding::kBias>;
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
      unpack(w, w.Slab(panel, k / format.values), begin / format.group, end / format.group, out);
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
  const hn::Rebind<std::uint16_t, PanelTag> d_narrow;
  const hn::RebindToUnsigned<PanelTag> d_bits;
  for (int i = 0; i < count * Weight::kPanelWidth; i += kPanelLanes) {
    const auto bits = hn::PromoteTo(d_bits, hn::LoadU(d_narrow, narrow + i));
    hn::StoreU(hn::BitCast(d, hn::ShiftLeft<16>(bits)), d, out + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#endif
