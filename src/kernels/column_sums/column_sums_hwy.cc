#include "kernels/column_sums/column_sums.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/column_sums/column_sums_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/attention/few_queries-inl.h"

// On Highway's one-lane target column_sums_scalar.cc does the work.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

void SumColumns(const AttentionCall<std::uint16_t>& call, const AttentionPart& part, float* sums) {
  for (int first = part.first_row; first < part.last_row; first += kMaxFewQueries) {
    const int last = std::min(first + kMaxFewQueries, part.last_row);
    const AttentionPart few = {.kv_head = part.kv_head, .first_row = first, .last_row = last};
    FewQueries<std::uint16_t>(call, few).AddWeights(sums);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<ColumnSumsFunction> ColumnSumsHighway() {
  return {HWY_CHOOSE_AVX3(SumColumns), HWY_CHOOSE_AVX2(SumColumns), HWY_CHOOSE_SSE4(SumColumns),
          HWY_CHOOSE_NEON(SumColumns)};
}

}  // namespace edgevlm
#endif
