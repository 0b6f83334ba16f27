// float16 and float32 vectors for Highway sources. Compiled once per instruction set.
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

template <class D, class V = hn::VFromD<D>>
HWY_INLINE V LoadHalf(D d, const std::uint16_t* x) {
  const hn::Rebind<std::uint16_t, D> bits;
  const hn::Rebind<hwy::float16_t, D> half;
  return hn::PromoteTo(d, hn::BitCast(half, hn::LoadU(bits, x)));
}

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
