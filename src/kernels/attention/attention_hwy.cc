#include "kernels/attention/attention_part.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention/attention_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/attention/few_queries-inl.h"

// On Highway's one-lane target attention_scalar.cc does the work.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

void AttendOverFloats(const AttentionCall<float>& call, const AttentionPart& part,
                      const Partials& partials) {
  AttendPart(call, part, partials);
}

void AttendOverHalves(const AttentionCall<std::uint16_t>& call, const AttentionPart& part,
                      const Partials& partials) {
  AttendPart(call, part, partials);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<AttentionFunction<float>> AttentionOfFloatHighway() {
  return {HWY_CHOOSE_AVX3(AttendOverFloats), HWY_CHOOSE_AVX2(AttendOverFloats),
          HWY_CHOOSE_SSE4(AttendOverFloats), HWY_CHOOSE_NEON(AttendOverFloats)};
}

HighwayVariants<AttentionFunction<std::uint16_t>> AttentionOfHalfHighway() {
  return {HWY_CHOOSE_AVX3(AttendOverHalves), HWY_CHOOSE_AVX2(AttendOverHalves),
          HWY_CHOOSE_SSE4(AttendOverHalves), HWY_CHOOSE_NEON(AttendOverHalves)};
}

}  // namespace edgevlm
#endif
