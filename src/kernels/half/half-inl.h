// Converts between float16 and float32 vectors, for Highway sources. Compiled once per instruction
// set.
#if defined(EDGEVLM_KERNELS_HALF_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_HALF_INL_H_
#undef EDGEVLM_KERNELS_HALF_INL_H_
#else
#define EDGEVLM_KERNELS_HALF_INL_H_
#endif

#include <cstdint>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

// For CPUs without a conversion instruction: shifts exponent and fraction into position, changes
// the bias from 15 to 127 by a multiplication (subnormals included), and sets the exponent of
// infinity and NaN.
template <class D, class V = hn::VFromD<D>>
HWY_INLINE V WidenBits(D d, hn::VFromD<hn::Rebind<std::uint16_t, D>> half) {
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::PromoteTo(du, half);
  const auto magnitude = hn::And(bits, hn::Set(du, 0x7FFFu));
  const auto sign = hn::ShiftLeft<16>(hn::Xor(bits, magnitude));
  const V value = hn::Mul(hn::BitCast(d, hn::ShiftLeft<13>(magnitude)), hn::Set(d, 0x1p112f));
  const auto special = hn::VecFromMask(du, hn::Gt(magnitude, hn::Set(du, 0x7BFFu)));
  const auto exponent = hn::And(special, hn::Set(du, 0x7F800000u));
  return hn::BitCast(d, hn::Or(hn::Or(hn::BitCast(du, value), exponent), sign));
}

// Exact.
template <class D, class V = hn::VFromD<D>>
HWY_INLINE V LoadHalf(D d, const std::uint16_t* x) {
  const hn::Rebind<std::uint16_t, D> bits;
  const hn::Rebind<hwy::float16_t, D> half;
  // Highway's own emulation for SSE4 turns infinity into 65536.
  if constexpr (HWY_TARGET == HWY_SSE4) return WidenBits(d, hn::LoadU(bits, x));
  return hn::PromoteTo(d, hn::BitCast(half, hn::LoadU(bits, x)));
}

// Rounds to nearest, ties to even; on SSE4, however, Highway truncates.
template <class D, class V = hn::VFromD<D>>
HWY_INLINE void StoreHalf(D, V value, std::uint16_t* y) {
  const hn::Rebind<std::uint16_t, D> bits;
  const hn::Rebind<hwy::float16_t, D> half;
  hn::StoreU(hn::BitCast(bits, hn::DemoteTo(half, value)), bits, y);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#endif
