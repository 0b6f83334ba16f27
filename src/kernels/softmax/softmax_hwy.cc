#include <algorithm>
#include <cmath>

#include "kernels/softmax/softmax.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax/softmax_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activation/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

float Highest(const float* x, int n) {
  auto highest = hn::Set(FullTag(), x[0]);
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) highest = hn::Max(highest, hn::LoadU(FullTag(), x + i));
  float result = MaxLane(highest);
  for (; i < n; ++i) result = std::max(result, x[i]);
  return result;
}

float Sum(const float* x, int n) {
  auto sum = hn::Zero(FullTag());
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) sum = hn::Add(sum, hn::LoadU(FullTag(), x + i));
  float result = SumLanes(sum);
  for (; i < n; ++i) result += x[i];
  return result;
}

}  // namespace

void ExpNormalized(const float* x, float* y, int n) {
  if (n == 0) return;
  const float highest = Highest(x, n);
  ForLanes(0, n, [=](auto d, int i) HWY_ATTR {
    hn::StoreU(Exp(d, hn::Sub(hn::LoadU(d, x + i), hn::Set(d, highest))), d, y + i);
  });
  const float scale = 1.0f / Sum(y, n);
  ForLanes(0, n, [=](auto d, int i) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, y + i), hn::Set(d, scale)), d, y + i);
  });
}

LogSumExp LogOfSum(const float* x, int n) {
  const float greatest = Highest(x, n);
  if (std::isinf(greatest)) return {greatest, 0.0f};
  const FullTag d;
  const auto shift = hn::Set(d, greatest);
  auto sum = hn::Zero(d);
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    sum = hn::Add(sum, Exp(d, hn::Sub(hn::LoadU(d, x + i), shift)));
  }
  float total = SumLanes(sum);
  for (; i < n; ++i) total += std::exp(x[i] - greatest);
  return {greatest, std::log(total)};
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<SoftmaxRow> SoftmaxHighway() {
  return {HWY_CHOOSE_AVX3(ExpNormalized), HWY_CHOOSE_AVX2(ExpNormalized),
          HWY_CHOOSE_SSE4(ExpNormalized), HWY_CHOOSE_NEON(ExpNormalized)};
}

HighwayVariants<LogSumExpFunction> LogSumExpHighway() {
  return {HWY_CHOOSE_AVX3(LogOfSum), HWY_CHOOSE_AVX2(LogOfSum), HWY_CHOOSE_SSE4(LogOfSum),
          HWY_CHOOSE_NEON(LogOfSum)};
}

}  // namespace edgevlm
#endif
