// The one step of int8 products that instruction sets do differently. For Highway sources.
#if defined(EDGEVLM_KERNELS_MATMUL_INT8_DOT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_INT8_DOT_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_INT8_DOT_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_INT8_DOT_INL_H_
#endif

#include <hwy/highway.h>

#include "tensor/slab.h"

// No list names the targets of compilers without vectors, and one of them has no vectors of bytes.
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A column: as many neighbouring outputs as a register has 32-bit lanes, at most a panel's.
using ColumnFloats = hn::CappedTag<float, kSlabOutputs>;
using ColumnIntegers = hn::RebindToSigned<ColumnFloats>;
using ColumnBytes = hn::Repartition<std::uint8_t, ColumnIntegers>;
using FloatVector = hn::VFromD<ColumnFloats>;
using IntegerVector = hn::VFromD<ColumnIntegers>;
using ByteVector = hn::VFromD<ColumnBytes>;
constexpr int kColumnOutputs = static_cast<int>(hn::MaxLanes(ColumnFloats()));
constexpr int kPanelColumns = kSlabOutputs / kColumnOutputs;

// Whether weights of 8 bits are multiplied as unsigned codes, level + 128, and not as levels.
constexpr bool kUnsignedLevels = HWY_TARGET == HWY_AVX3_DL;

// Whether both factors are signed: then weights become levels when they are unpacked.
constexpr bool kSignedFactors = HWY_TARGET == HWY_NEON;

// Whether products of bytes are first added up in 16 bits, two by two.
constexpr bool kHasPairs = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2 ||
                           HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3;
using PairVector = hn::VFromD<hn::RepartitionToWide<hn::RebindToSigned<ColumnBytes>>>;

// How many pairs of products of a code of so many bits and a level of x, at most 127, may be added
// up in 16 bits: with 4 bits 8 of them, 8 * 2 * 15 * 127 = 30480 < 2^15.
constexpr int MostPairs(int code_bits) { return 32767 / (2 * 127 * ((1 << code_bits) - 1)); }
static_assert(MostPairs(4) == 8 && MostPairs(5) == 4 && MostPairs(6) == 2);

// The products of two neighbouring bytes of w and x in each 16-bit lane, added up. w are codes of
// up to 6 bits or, if kWide, levels of 8 bits, whose magnitudes give 2 * 128 * 127 at most.
template <bool kWide>
HWY_INLINE PairVector MulPairs(ByteVector w, IntegerVector x);

// The sums of two neighbouring lanes.
HWY_INLINE IntegerVector SumPairs(PairVector pairs);

#if HWY_TARGET == HWY_AVX3
template <bool kWide>
HWY_INLINE PairVector MulPairs(ByteVector w, IntegerVector x) {
  if constexpr (!kWide) return PairVector{_mm512_maddubs_epi16(w.raw, x.raw)};
  const __mmask64 negative = _mm512_movepi8_mask(w.raw);
  const __m512i signed_x = _mm512_mask_sub_epi8(x.raw, negative, _mm512_setzero_si512(), x.raw);
  return PairVector{_mm512_maddubs_epi16(_mm512_abs_epi8(w.raw), signed_x)};
}
HWY_INLINE IntegerVector SumPairs(PairVector pairs) {
  return IntegerVector{_mm512_madd_epi16(pairs.raw, _mm512_set1_epi16(1))};
}
#elif HWY_TARGET == HWY_AVX2
template <bool kWide>
HWY_INLINE PairVector MulPairs(ByteVector w, IntegerVector x) {
  if constexpr (!kWide) return PairVector{_mm256_maddubs_epi16(w.raw, x.raw)};
  return PairVector{_mm256_maddubs_epi16(_mm256_abs_epi8(w.raw), _mm256_sign_epi8(x.raw, w.raw))};
}
HWY_INLINE IntegerVector SumPairs(PairVector pairs) {
  return IntegerVector{_mm256_madd_epi16(pairs.raw, _mm256_set1_epi16(1))};
}
#elif HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SSSE3
template <bool kWide>
HWY_INLINE PairVector MulPairs(ByteVector w, IntegerVector x) {
  if constexpr (!kWide) return PairVector{_mm_maddubs_epi16(w.raw, x.raw)};
  return PairVector{_mm_maddubs_epi16(_mm_abs_epi8(w.raw), _mm_sign_epi8(x.raw, w.raw))};
}
HWY_INLINE IntegerVector SumPairs(PairVector pairs) {
  return IntegerVector{_mm_madd_epi16(pairs.raw, _mm_set1_epi16(1))};
}
#endif

// sums + more, in this order: GCC would add up as a tree what a loop unrolled adds one by one, and
// has no registers for its leaves.
template <class V>
HWY_INLINE V AddInOrder(V sums, V more) {
  V result = hn::Add(sums, more);
#if HWY_ARCH_X86
  asm("" : "+x"(result.raw));
#endif
  return result;
}

// sums + the products of four neighbouring bytes of w and x in each 32-bit lane, added up. x are
// levels. w are codes of up to 6 bits or, if kWide, of 8 bits: unsigned or not as kUnsignedLevels
// says.
template <bool kWide>
HWY_INLINE IntegerVector AddDot(IntegerVector sums, ByteVector w, IntegerVector x) {
#if HWY_TARGET == HWY_AVX3_DL
  return IntegerVector{_mm512_dpbusd_epi32(sums.raw, w.raw, x.raw)};
#elif HWY_TARGET == HWY_NEON
  const int8x16_t levels = vreinterpretq_s8_u8(w.raw);
  const int8x16_t inputs = vreinterpretq_s8_s32(x.raw);
  const int16x8_t low = vmull_s8(vget_low_s8(levels), vget_low_s8(inputs));
  const int16x8_t high = vmull_high_s8(levels, inputs);
  return IntegerVector{vaddq_s32(sums.raw, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)))};
#else
  return AddInOrder(sums, SumPairs(MulPairs<kWide>(w, x)));
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
