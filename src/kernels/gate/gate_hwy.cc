#include "kernels/gate/gate.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gate/gate_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activation/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// g * sigmoid(g), with the exponential of a number that is never positive: it can not overflow.
template <class D, class V = hn::VFromD<D>>
HWY_INLINE V Silu(D d, V g) {
  const V one = hn::Set(d, 1.0f);
  const V e = Exp(d, hn::Neg(hn::Abs(g)));
  const V upper = hn::IfThenElse(hn::Ge(g, hn::Zero(d)), one, e);
  return hn::Mul(g, hn::Div(upper, hn::Add(one, e)));
}

}  // namespace

void MultiplyRow(const float* gate, const float* up, float* y, int n) {
  ForLanes(0, n, [=](auto d, int i) HWY_ATTR {
    const auto open = Silu(d, hn::LoadU(d, gate + i));
    hn::StoreU(hn::Mul(open, hn::LoadU(d, up + i)), d, y + i);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<GateRow> GateHighway() {
  return {HWY_CHOOSE_AVX3(MultiplyRow), HWY_CHOOSE_AVX2(MultiplyRow), HWY_CHOOSE_SSE4(MultiplyRow),
          HWY_CHOOSE_NEON(MultiplyRow)};
}

}  // namespace edgevlm
#endif
