#include "kernels/half/half.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/half/half_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/half/half-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

void NarrowRow(const float* x, std::uint16_t* y, int n) {
  ForLanes(0, n, [=](auto d, int i) HWY_ATTR { StoreHalf(d, hn::LoadU(d, x + i), y + i); });
}

void WidenRow(const std::uint16_t* x, float* y, int n) {
  ForLanes(0, n, [=](auto d, int i) HWY_ATTR { hn::StoreU(LoadHalf(d, x + i), d, y + i); });
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

// None for SSE4, where the scalar variant has to do: Highway 1.0.3 does not round there.
HighwayVariants<FloatToHalfRow> FloatToHalfHighway() {
  return {HWY_CHOOSE_AVX3(NarrowRow), HWY_CHOOSE_AVX2(NarrowRow), nullptr,
          HWY_CHOOSE_NEON(NarrowRow)};
}

HighwayVariants<HalfToFloatRow> HalfToFloatHighway() {
  return {HWY_CHOOSE_AVX3(WidenRow), HWY_CHOOSE_AVX2(WidenRow), HWY_CHOOSE_SSE4(WidenRow),
          HWY_CHOOSE_NEON(WidenRow)};
}

}  // namespace edgevlm
#endif
