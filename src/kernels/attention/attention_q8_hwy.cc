// Attention over KV rows of int8.
#include "kernels/attention/attention_part.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention/attention_q8_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/attention/few_queries-inl.h"

// On Highway's one-lane target attention_scalar.cc does the work.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

void AttendOverQ8(const AttentionCall<BlockQ8_0>& call, const AttentionPart& part,
                  const Partials& partials) {
  AttendPart(call, part, partials);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<AttentionFunction<BlockQ8_0>> AttentionOfQ8Highway() {
  return {HWY_CHOOSE_AVX3(AttendOverQ8), HWY_CHOOSE_AVX2(AttendOverQ8),
          HWY_CHOOSE_SSE4(AttendOverQ8), HWY_CHOOSE_NEON(AttendOverQ8)};
}

}  // namespace edgevlm
#endif
