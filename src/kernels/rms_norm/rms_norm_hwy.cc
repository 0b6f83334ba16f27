#include <cmath>

#include "kernels/rms_norm/rms_norm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rms_norm/rms_norm_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

using Vector = hn::VFromD<FullTag>;

HWY_INLINE Vector AddSquare(Vector sum, const float* x) {
  const Vector value = hn::LoadU(FullTag(), x);
  return hn::MulAdd(value, value, sum);
}

// Four sums side by side hide the latency of an addition.
HWY_INLINE float SumOfSquares(const float* x, int n) {
  Vector a = hn::Zero(FullTag()), b = a, c = a, d = a;
  int i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    a = AddSquare(a, x + i);
    b = AddSquare(b, x + i + kLanes);
    c = AddSquare(c, x + i + 2 * kLanes);
    d = AddSquare(d, x + i + 3 * kLanes);
  }
  for (; i + kLanes <= n; i += kLanes) a = AddSquare(a, x + i);
  float sum = SumLanes(hn::Add(hn::Add(a, b), hn::Add(c, d)));
  for (; i < n; ++i) sum += x[i] * x[i];
  return sum;
}

}  // namespace

void ScaleRow(const float* x, const float* gain, float epsilon, float* y, int n) {
  const float mean = SumOfSquares(x, n) / static_cast<float>(n);
  const float scale = 1.0f / std::sqrt(mean + epsilon);
  ForLanes(0, n, [=](auto d, int i) HWY_ATTR {
    const auto scaled = hn::Mul(hn::LoadU(d, x + i), hn::Set(d, scale));
    hn::StoreU(hn::Mul(scaled, hn::LoadU(d, gain + i)), d, y + i);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<RmsNormRow> RmsNormHighway() {
  return {HWY_CHOOSE_AVX3(ScaleRow), HWY_CHOOSE_AVX2(ScaleRow), HWY_CHOOSE_SSE4(ScaleRow),
          HWY_CHOOSE_NEON(ScaleRow)};
}

}  // namespace edgevlm
#endif
