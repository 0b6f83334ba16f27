// Attention over packed rows.
#include "kernels/attention/attention_part.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention/attention_packed_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/attention/few_rows-inl.h"
#include "kernels/attention/packed-inl.h"

// On Highway's one-lane target attention_scalar.cc does the work.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

void AttendOverPacked(const AttentionCall<PackedRows>& call, const AttentionPart& part,
                      const Partials& partials) {
  AttendPart(call, part, partials);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<AttentionFunction<PackedRows>> AttentionOfPackedHighway() {
  return {HWY_CHOOSE_AVX3(AttendOverPacked), HWY_CHOOSE_AVX2(AttendOverPacked),
          HWY_CHOOSE_SSE4(AttendOverPacked), HWY_CHOOSE_NEON(AttendOverPacked)};
}

}  // namespace edgevlm
#endif
