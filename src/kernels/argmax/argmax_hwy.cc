#include <algorithm>

#include "kernels/argmax/argmax.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/argmax/argmax_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

// Two passes over values that lie in the nearest cache: the greatest, then where it is first.
int FindGreatest(const float* x, int n) {
  const FullTag d;
  auto highest = hn::Set(d, x[0]);
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) highest = hn::Max(highest, hn::LoadU(d, x + i));
  float greatest = MaxLane(highest);
  for (; i < n; ++i) greatest = std::max(greatest, x[i]);

  const auto wanted = hn::Set(d, greatest);
  for (i = 0; i + kLanes <= n; i += kLanes) {
    const auto found = hn::FindFirstTrue(d, hn::Eq(hn::LoadU(d, x + i), wanted));
    if (found >= 0) return i + static_cast<int>(found);
  }
  while (x[i] != greatest) ++i;
  return i;
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<ArgMaxFunction> ArgMaxHighway() {
  return {HWY_CHOOSE_AVX3(FindGreatest), HWY_CHOOSE_AVX2(FindGreatest),
          HWY_CHOOSE_SSE4(FindGreatest), HWY_CHOOSE_NEON(FindGreatest)};
}

}  // namespace edgevlm
#endif
