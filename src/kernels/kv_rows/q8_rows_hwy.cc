#include <algorithm>
#include <cmath>

#include "kernels/kv_rows/q8_rows.h"
#include "tensor/half.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/kv_rows/q8_rows_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/lanes-inl.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// x [kQ8Block]
HWY_INLINE void WriteBlock(const float* HWY_RESTRICT x, BlockQ8_0* y) {
  const FullTag d;
  auto greatest = hn::Zero(d);
  for (int i = 0; i < kQ8Block; i += kLanes) {
    greatest = hn::Max(greatest, hn::Abs(hn::LoadU(d, x + i)));
  }
  y->scale = FloatToHalf(std::fmin(MaxLane(greatest) / 127.0f, 65504.0f));
  const float scale = HalfToFloat(y->scale);
  const auto inverse = hn::Set(d, scale > 0.0f ? 1.0f / scale : 0.0f);
  const hn::Rebind<std::int8_t, FullTag> d_values;
  for (int i = 0; i < kQ8Block; i += kLanes) {
    auto scaled = hn::Mul(hn::LoadU(d, x + i), inverse);
    scaled = hn::Max(hn::Set(d, -127.0f), hn::Min(hn::Set(d, 127.0f), scaled));
    hn::StoreU(hn::DemoteTo(d_values, hn::NearestInt(scaled)), d_values, y->quants + i);
  }
}

}  // namespace

void WriteBlocks(const float* x, BlockQ8_0* y, int n) {
  int first = 0;
  for (; first + kQ8Block <= n; first += kQ8Block, ++y) WriteBlock(x + first, y);
  if (first == n) return;
  float last[kQ8Block] = {};
  std::copy(x + first, x + n, last);
  WriteBlock(last, y);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<QuantizeQ8RowFunction> QuantizeQ8RowHighway() {
  return {HWY_CHOOSE_AVX3(WriteBlocks), HWY_CHOOSE_AVX2(WriteBlocks), HWY_CHOOSE_SSE4(WriteBlocks),
          HWY_CHOOSE_NEON(WriteBlocks)};
}

}  // namespace edgevlm
#endif
