#include <algorithm>
#include <cmath>

#include "kernels/row_blocks/row_blocks.h"
#include "tensor/half.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/row_blocks/row_blocks_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/lanes-inl.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// x [kRowBlock]
HWY_INLINE void WriteBlock(const float* HWY_RESTRICT x, BlockQ8_0* y) {
  const FullTag d;
  auto greatest = hn::Zero(d);
  for (int i = 0; i < kRowBlock; i += kLanes) {
    greatest = hn::Max(greatest, hn::Abs(hn::LoadU(d, x + i)));
  }
  y->scale = FloatToHalf(std::fmin(MaxLane(greatest) / 127.0f, 65504.0f));
  const float scale = HalfToFloat(y->scale);
  const auto inverse = hn::Set(d, scale > 0.0f ? 1.0f / scale : 0.0f);
  const hn::Rebind<std::int8_t, FullTag> d_values;
  for (int i = 0; i < kRowBlock; i += kLanes) {
    auto level = hn::Mul(hn::LoadU(d, x + i), inverse);
    level = hn::Max(hn::Set(d, -127.0f), hn::Min(hn::Set(d, 127.0f), level));
    hn::StoreU(hn::DemoteTo(d_values, hn::NearestInt(level)), d_values, y->levels + i);
  }
}

}  // namespace

void WriteBlocks(const float* x, BlockQ8_0* y, int n) {
  int first = 0;
  for (; first + kRowBlock <= n; first += kRowBlock, ++y) WriteBlock(x + first, y);
  if (first == n) return;
  float last[kRowBlock] = {};
  std::copy(x + first, x + n, last);
  WriteBlock(last, y);
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<WriteRowBlocksFunction> WriteRowBlocksHighway() {
  return {HWY_CHOOSE_AVX3(WriteBlocks), HWY_CHOOSE_AVX2(WriteBlocks), HWY_CHOOSE_SSE4(WriteBlocks),
          HWY_CHOOSE_NEON(WriteBlocks)};
}

}  // namespace edgevlm
#endif
