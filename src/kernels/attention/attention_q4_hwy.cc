// Attention over KV rows of 4 bits.
#include "kernels/attention/attention_part.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention/attention_q4_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/attention/few_queries-inl.h"
#include "kernels/kv_rows/q4_row_reader-inl.h"

// On Highway's one-lane target attention_scalar.cc does the work.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

void AttendOverQ4(const AttentionCall<Q4Rows>& call, const AttentionPart& part,
                  const Partials& partials) {
  AttendPart(call, part, partials);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<AttentionFunction<Q4Rows>> AttentionOfQ4Highway() {
  return {HWY_CHOOSE_AVX3(AttendOverQ4), HWY_CHOOSE_AVX2(AttendOverQ4),
          HWY_CHOOSE_SSE4(AttendOverQ4), HWY_CHOOSE_NEON(AttendOverQ4)};
}

}  // namespace edgevlm
#endif
