#include <cmath>

#include "kernels/rms_norm/rms_norm.h"

// foreach_target.h includes this file again for each instruction set; HWY_NAMESPACE is a different
// namespace each time. The part under HWY_ONCE is compiled once and lists the results.
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

// Four independent sums hide the latency of the multiply-add.
HWY_INLINE float SumOfSquares(const float* x, int n) {
  Vector sum0 = hn::Zero(FullTag()), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  int i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    sum0 = AddSquare(sum0, x + i);
    sum1 = AddSquare(sum1, x + i + kLanes);
    sum2 = AddSquare(sum2, x + i + 2 * kLanes);
    sum3 = AddSquare(sum3, x + i + 3 * kLanes);
  }
  for (; i + kLanes <= n; i += kLanes) sum0 = AddSquare(sum0, x + i);
  float sum = SumLanes(hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3)));
  for (; i < n; ++i) sum += x[i] * x[i];
  return sum;
}

}  // namespace

void ScaleRow(const float* x, const float* gain, float epsilon, float* y, int n) {
  const float mean_square = SumOfSquares(x, n) / static_cast<float>(n);
  const float scale = 1.0f / std::sqrt(mean_square + epsilon);
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
