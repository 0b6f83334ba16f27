// The step of int8 products that differs between instruction sets. For Highway sources.
#if defined(EDGEVLM_KERNELS_MATMUL_INT8_DOT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_INT8_DOT_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_INT8_DOT_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_INT8_DOT_INL_H_
#endif

#include <hwy/highway.h>

#include "tensor/packed_block.h"

// The targets for compilers without vectors are in no list, and one of them has no vectors of
// bytes.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A column: as many neighboring outputs as a register has 32-bit lanes, at most a panel's.
using ColumnFloats = hn::CappedTag<float, kPackedOutputs>;
using ColumnIntegers = hn::RebindToSigned<ColumnFloats>;
using ColumnBytes = hn::Repartition<std::uint8_t, ColumnIntegers>;
using ColumnShorts = hn::Repartition<std::int16_t, ColumnIntegers>;
using FloatVector = hn::VFromD<ColumnFloats>;
using IntegerVector = hn::VFromD<ColumnIntegers>;
using ByteVector = hn::VFromD<ColumnBytes>;
constexpr int kColumnOutputs = static_cast<int>(hn::MaxLanes(ColumnFloats()));
constexpr int kPanelColumns = kPackedOutputs / kColumnOutputs;

// Whether 8-bit weights are multiplied as unsigned bytes, quant + 128, instead of signed ones.
constexpr bool kUnsignedInt8 = HWY_TARGET == HWY_AVX3_DL;

// Whether both factors are signed.
constexpr bool kSignedFactors = HWY_TARGET == HWY_NEON;

// Whether products of bytes are summed in 16 bits before they are summed in 32.
constexpr bool kHasShortSums = HWY_TARGET != HWY_AVX3_DL;

// Products that are added to a 16-bit sum per step.
constexpr int kShortProducts = HWY_TARGET == HWY_NEON ? 1 : 2;

// The number of steps before a 16-bit sum can overflow, with quants of so many bits and quants of x
// of at most 127. With 6 bits and two products it is 2: 2 * 2 * 63 * 127 = 32004.
constexpr int MaxSteps(int quant_bits) {
  const bool is_signed = kSignedFactors || quant_bits == 8;
  const int greatest = is_signed ? 1 << (quant_bits - 1) : (1 << quant_bits) - 1;
  return 32767 / (kShortProducts * greatest * 127);
}
static_assert(MaxSteps(8) >= 1 && MaxSteps(7) >= 1);

// The same vector, in a register from here on: GCC would otherwise load or compute it where it is
// used.
template <class V>
HWY_INLINE V Kept(V v) {
#if HWY_ARCH_X86
  asm("" : "+v"(v.raw));
#else
  asm("" : "+w"(v.raw));
#endif
  return v;
}

// sums + more, in this order: GCC would otherwise turn the additions of an unrolled loop into a
// tree, and has no registers for its leaves.
template <class V>
HWY_INLINE V AddInOrder(V sums, V more) {
  return Kept(hn::Add(sums, more));
}

// 16-bit sums of products of the bytes of w and x. w holds unsigned quants of up to 7 bits or, if
// kWide, signed quants of 8 bits.
//   Multiply<kWide>(w, x)   sums of one product each, or of kShortProducts
//   Add<kWide>(sums, w, x)  the same, added to sums
//   Widen(sums)             32-bit sums of the products of four neighboring bytes
#if HWY_TARGET == HWY_NEON
struct ShortSums {
  int16x8_t low, high;

  template <bool kWide>
  static HWY_INLINE ShortSums Multiply(ByteVector w, IntegerVector x) {
    const int8x16_t quants = vreinterpretq_s8_u8(w.raw), inputs = vreinterpretq_s8_s32(x.raw);
    return {vmull_s8(vget_low_s8(quants), vget_low_s8(inputs)), vmull_high_s8(quants, inputs)};
  }
  template <bool kWide>
  static HWY_INLINE ShortSums Add(ShortSums sums, ByteVector w, IntegerVector x) {
    const int8x16_t quants = vreinterpretq_s8_u8(w.raw), inputs = vreinterpretq_s8_s32(x.raw);
    return {vmlal_s8(sums.low, vget_low_s8(quants), vget_low_s8(inputs)),
            vmlal_high_s8(sums.high, quants, inputs)};
  }
  static HWY_INLINE IntegerVector Widen(ShortSums sums) {
    return IntegerVector{vpaddq_s32(vpaddlq_s16(sums.low), vpaddlq_s16(sums.high))};
  }
};
#else
struct ShortSums {
  hn::VFromD<ColumnShorts> pairs;

  // One factor must be unsigned: if kWide, the sign of w moves to x.
  template <bool kWide>
  static HWY_INLINE ShortSums Multiply(ByteVector w, IntegerVector x) {
#if HWY_TARGET <= HWY_AVX3
    if constexpr (!kWide) return {{_mm512_maddubs_epi16(w.raw, x.raw)}};
    const __mmask64 negative = _mm512_movepi8_mask(w.raw);
    const __m512i signed_x = _mm512_mask_sub_epi8(x.raw, negative, _mm512_setzero_si512(), x.raw);
    return {{_mm512_maddubs_epi16(_mm512_abs_epi8(w.raw), signed_x)}};
#elif HWY_TARGET == HWY_AVX2
    if constexpr (!kWide) return {{_mm256_maddubs_epi16(w.raw, x.raw)}};
    return {{_mm256_maddubs_epi16(_mm256_abs_epi8(w.raw), _mm256_sign_epi8(x.raw, w.raw))}};
#else
    if constexpr (!kWide) return {{_mm_maddubs_epi16(w.raw, x.raw)}};
    return {{_mm_maddubs_epi16(_mm_abs_epi8(w.raw), _mm_sign_epi8(x.raw, w.raw))}};
#endif
  }
  template <bool kWide>
  static HWY_INLINE ShortSums Add(ShortSums sums, ByteVector w, IntegerVector x) {
    return {AddInOrder(sums.pairs, Multiply<kWide>(w, x).pairs)};
  }
  static HWY_INLINE IntegerVector Widen(ShortSums sums) {
#if HWY_TARGET <= HWY_AVX3
    return {_mm512_madd_epi16(sums.pairs.raw, _mm512_set1_epi16(1))};
#elif HWY_TARGET == HWY_AVX2
    return {_mm256_madd_epi16(sums.pairs.raw, _mm256_set1_epi16(1))};
#else
    return {_mm_madd_epi16(sums.pairs.raw, _mm_set1_epi16(1))};
#endif
  }
};
#endif

// sums + the dot product of four neighboring bytes of w and x in each 32-bit lane. x holds signed
// quants. w holds unsigned quants of up to 7 bits or, if kWide, quants of 8 bits, unsigned if
// kUnsignedInt8.
template <bool kWide>
HWY_INLINE IntegerVector AddDot(IntegerVector sums, ByteVector w, IntegerVector x) {
#if HWY_TARGET == HWY_AVX3_DL
  return IntegerVector{_mm512_dpbusd_epi32(sums.raw, w.raw, x.raw)};
#else
  return AddInOrder(sums, ShortSums::Widen(ShortSums::Multiply<kWide>(w, x)));
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
