#include <cmath>

#include "kernels/layer_norm/layer_norm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/layer_norm/layer_norm_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

using Vector = hn::VFromD<FullTag>;

// sum + x, or with kSquares sum + (x - mean)^2, for one vector at x.
template <bool kSquares>
HWY_INLINE Vector Add(Vector sum, const float* x, Vector mean) {
  const Vector value = hn::LoadU(FullTag(), x);
  if constexpr (!kSquares) return hn::Add(sum, value);
  const Vector distance = hn::Sub(value, mean);
  return hn::MulAdd(distance, distance, sum);
}

// The sum of the above over n values. Four sums side by side hide the latency of an addition.
template <bool kSquares>
HWY_INLINE float Sum(const float* x, float mean, int n) {
  const Vector middle = hn::Set(FullTag(), mean);
  Vector a = hn::Zero(FullTag()), b = a, c = a, d = a;
  int i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    a = Add<kSquares>(a, x + i, middle);
    b = Add<kSquares>(b, x + i + kLanes, middle);
    c = Add<kSquares>(c, x + i + 2 * kLanes, middle);
    d = Add<kSquares>(d, x + i + 3 * kLanes, middle);
  }
  for (; i + kLanes <= n; i += kLanes) a = Add<kSquares>(a, x + i, middle);
  float sum = SumLanes(hn::Add(hn::Add(a, b), hn::Add(c, d)));
  for (; i < n; ++i) sum += kSquares ? (x[i] - mean) * (x[i] - mean) : x[i];
  return sum;
}

}  // namespace

void NormalizeRow(const float* x, const float* gain, const float* bias, float epsilon, float* y,
                  int n) {
  const float mean = Sum<false>(x, 0.0f, n) / static_cast<float>(n);
  const float variance = Sum<true>(x, mean, n) / static_cast<float>(n);
  const float scale = 1.0f / std::sqrt(variance + epsilon);
  ForLanes(0, n, [=](auto d, int i) HWY_ATTR {
    const auto distance = hn::Sub(hn::LoadU(d, x + i), hn::Set(d, mean));
    const auto scaled = hn::Mul(distance, hn::Set(d, scale));
    hn::StoreU(hn::MulAdd(scaled, hn::LoadU(d, gain + i), hn::LoadU(d, bias + i)), d, y + i);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<LayerNormRow> LayerNormHighway() {
  return {HWY_CHOOSE_AVX3(NormalizeRow), HWY_CHOOSE_AVX2(NormalizeRow),
          HWY_CHOOSE_SSE4(NormalizeRow), HWY_CHOOSE_NEON(NormalizeRow)};
}

}  // namespace edgevlm
#endif
