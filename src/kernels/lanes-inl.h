// Loops over rows of any length, for Highway sources. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_LANES_INL_H_
#undef EDGEVLM_KERNELS_LANES_INL_H_
#else
#define EDGEVLM_KERNELS_LANES_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A whole vector of float32.
using FullTag = hn::ScalableTag<float>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(FullTag()));

// Calls step(d, i) for i = 0.. so that the lanes of the tags d cover [first, n) exactly: whole
// vectors first, then four lanes at a time, then single ones. Nothing outside is accessed.
template <class Step>
HWY_INLINE void ForLanes(int first, int n, const Step& step) {
  int i = first;
  for (; i + kLanes <= n; i += kLanes) step(FullTag(), i);
  if constexpr (kLanes > 4) {
    for (; i + 4 <= n; i += 4) step(hn::CappedTag<float, 4>(), i);
  }
  for (; i < n; ++i) step(hn::CappedTag<float, 1>(), i);
}

// The sum and the maximum of all lanes.
HWY_INLINE float SumLanes(hn::VFromD<FullTag> v) {
  return hn::GetLane(hn::SumOfLanes(FullTag(), v));
}
HWY_INLINE float MaxLane(hn::VFromD<FullTag> v) {
  return hn::GetLane(hn::MaxOfLanes(FullTag(), v));
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#endif
