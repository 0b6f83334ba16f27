#include "kernels/activation/activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activation/activation_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activation/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

void ActivationRow(const float* x, const RowEpilogue& end, float* y, int n) {
  ApplyEpilogueToRow(x, end, y, n);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<ActivationRow> ActivationHighway() {
  return {HWY_CHOOSE_AVX3(ActivationRow), HWY_CHOOSE_AVX2(ActivationRow),
          HWY_CHOOSE_SSE4(ActivationRow), HWY_CHOOSE_NEON(ActivationRow)};
}

}  // namespace edgevlm
#endif
