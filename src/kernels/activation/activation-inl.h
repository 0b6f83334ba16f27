// exp and the activations for Highway sources. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_ACTIVATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_ACTIVATION_INL_H_
#undef EDGEVLM_KERNELS_ACTIVATION_INL_H_
#else
#define EDGEVLM_KERNELS_ACTIVATION_INL_H_
#endif

#include "kernels/activation/activation.h"
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {

// exp(x); relative error at most 2 * FLT_EPSILON for x in [-87, 88], 0 below, exp(88) above.
// x = n ln 2 + r with |r| <= ln 2 / 2; exp(r) by the polynomial of Moshier's Cephes (1984).
template <class D, class V = hn::VFromD<D>>
HWY_INLINE V Exp(D d, V x) {
  const V lowest = hn::Set(d, -87.0f);
  const V clamped = hn::Min(hn::Max(x, lowest), hn::Set(d, 88.0f));
  const V n = hn::Round(hn::Mul(clamped, hn::Set(d, 1.44269504f)));
  // ln 2 in two parts, so that n * ln 2 is exact enough.
  V r = hn::NegMulAdd(n, hn::Set(d, 0.693359375f), clamped);
  r = hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4f), r);
  V p = hn::Set(d, 1.9875691500e-4f);
  p = hn::MulAdd(p, r, hn::Set(d, 1.3981999507e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 8.3334519073e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 4.1665795894e-2f));
  p = hn::MulAdd(p, r, hn::Set(d, 1.6666665459e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, 5.0000001201e-1f));
  p = hn::Add(hn::MulAdd(p, hn::Mul(r, r), r), hn::Set(d, 1.0f));
  const hn::RebindToSigned<D> di;
  const auto exponent = hn::ShiftLeft<23>(hn::ConvertTo(di, n));
  const V power = hn::BitCast(d, hn::Add(hn::BitCast(di, p), exponent));
  return hn::IfThenElseZero(hn::Ge(x, lowest), power);
}

// 0.5 (1 + tanh(u)) is 1 / (1 + exp(-2 u)): one exp and no cancellation.
template <class D, class V = hn::VFromD<D>>
HWY_INLINE V Gelu(D d, V x) {
  const V cube = hn::Mul(hn::Mul(x, x), hn::Mul(x, hn::Set(d, 0.044715f)));
  const V minus_two_u = hn::Mul(hn::Add(x, cube), hn::Set(d, -2.0f * 0.79788456f));
  return hn::Div(x, hn::Add(hn::Set(d, 1.0f), Exp(d, minus_two_u)));
}

// The part of 0.5 x (1 + erf(x / sqrt(2))) that decays, 0.5 |x| erfc(|x| / sqrt(2)), by formula
// 7.1.26 of Abramowitz and Stegun 1964 (absolute error of erfc below 1.5e-7), without cancellation.
template <class D, class V = hn::VFromD<D>>
HWY_INLINE V GeluErf(D d, V x) {
  const V u = hn::Mul(hn::Abs(x), hn::Set(d, 0.70710678f));
  const V one = hn::Set(d, 1.0f);
  const V t = hn::Div(one, hn::MulAdd(u, hn::Set(d, 0.3275911f), one));
  V p = hn::Set(d, 1.061405429f);
  p = hn::MulAdd(p, t, hn::Set(d, -1.453152027f));
  p = hn::MulAdd(p, t, hn::Set(d, 1.421413741f));
  p = hn::MulAdd(p, t, hn::Set(d, -0.284496736f));
  p = hn::MulAdd(p, t, hn::Set(d, 0.254829592f));
  const V erfc = hn::Mul(hn::Mul(p, t), Exp(d, hn::Neg(hn::Mul(u, u))));
  const V tail = hn::Mul(hn::Mul(hn::Set(d, 0.5f), hn::Abs(x)), erfc);
  return hn::Sub(hn::Max(x, hn::Zero(d)), tail);
}

// x / (1 + exp(-slope * x)).
template <class D, class V = hn::VFromD<D>>
HWY_INLINE V Silu(D d, float slope, V x) {
  return hn::Div(x, hn::Add(hn::Set(d, 1.0f), Exp(d, hn::Mul(x, hn::Set(d, -slope)))));
}

template <class D, class V = hn::VFromD<D>>
HWY_INLINE V HardSigmoid(D d, V x) {
  const V shifted = hn::Max(hn::Add(x, hn::Set(d, 3.0f)), hn::Zero(d));
  return hn::Mul(hn::Min(shifted, hn::Set(d, 6.0f)), hn::Set(d, 1.0f / 6.0f));
}

template <class D, class V = hn::VFromD<D>>
HWY_INLINE V Apply(D d, Activation activation, V x) {
  switch (activation) {
    case Activation::kNone:
      return x;
    case Activation::kGelu:
      return Gelu(d, x);
    case Activation::kGeluErf:
      return GeluErf(d, x);
    case Activation::kQuickGelu:
      return Silu(d, 1.702f, x);
    case Activation::kSilu:
      return Silu(d, 1.0f, x);
    case Activation::kRelu:
      return hn::Max(x, hn::Zero(d));
    case Activation::kHardSwish:
      return hn::Mul(x, HardSigmoid(d, x));
    case Activation::kHardSigmoid:
      return HardSigmoid(d, x);
  }
  return x;
}

// The part of the epilogue after the activation.
template <class D, class V = hn::VFromD<D>>
HWY_INLINE void StoreAfterActivation(D d, V value, const RowEpilogue& end, int i, float* y) {
  if (end.factor != nullptr) value = hn::Mul(value, hn::LoadU(d, end.factor + i));
  if (end.residual != nullptr) value = hn::Add(value, hn::LoadU(d, end.residual + i));
  hn::StoreU(value, d, y + i);
}

// y[i] = epilogue(value(d, i)), d: the tag of the lanes from i on.
template <class Value>
HWY_INLINE void ApplyEpilogueToValues(const Value& value, const RowEpilogue& end, float* y, int n) {
  // Most products of a decoder take this path; without the other branches in the loop they are 4 %
  // faster.
  if (end.activation == Activation::kNone && end.bias == nullptr) {
    ForLanes(0, n,
             [&](auto d, int i) HWY_ATTR { StoreAfterActivation(d, value(d, i), end, i, y); });
    return;
  }
  ForLanes(0, n, [&](auto d, int i) HWY_ATTR {
    auto sum = value(d, i);
    if (end.bias != nullptr) sum = hn::Add(sum, hn::LoadU(d, end.bias + i));
    StoreAfterActivation(d, Apply(d, end.activation, sum), end, i, y);
  });
}

// The epilogue of a row (ActivationRow), for use inside other kernels.
HWY_INLINE void ApplyEpilogueToRow(const float* x, const RowEpilogue& end, float* y, int n) {
  ApplyEpilogueToValues([x](auto d, int i) HWY_ATTR { return hn::LoadU(d, x + i); }, end, y, n);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#endif
