#include "kernels/rope/rope.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rope/rope_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/lanes-inl.h"

// Highway's one-lane target cannot swap neighbors; rope_scalar.cc stands in for it.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

HWY_INLINE void RotateNeighbors(float* x, const float* cosine, const float* sine, int rotated) {
  static_assert(kLanes % 2 == 0);
  const FullTag d;
  int i = 0;
  for (; i + kLanes <= rotated; i += kLanes) {
    const auto value = hn::LoadU(d, x + i);
    const auto partner = hn::Mul(hn::Reverse2(d, value), hn::LoadU(d, sine + i));
    hn::StoreU(hn::MulAdd(value, hn::LoadU(d, cosine + i), partner), d, x + i);
  }
  for (; i < rotated; i += 2) {
    const float a = x[i], b = x[i + 1];
    x[i] = a * cosine[i] + b * sine[i];
    x[i + 1] = b * cosine[i + 1] + a * sine[i + 1];
  }
}

HWY_INLINE void RotateHalves(float* x, const float* cosine, const float* sine, int rotated) {
  const int half = rotated / 2;
  ForLanes(0, half, [=](auto d, int i) HWY_ATTR {
    const auto a = hn::LoadU(d, x + i);
    const auto b = hn::LoadU(d, x + half + i);
    const auto rotated_a = hn::Mul(b, hn::LoadU(d, sine + i));
    const auto rotated_b = hn::Mul(a, hn::LoadU(d, sine + half + i));
    hn::StoreU(hn::MulAdd(a, hn::LoadU(d, cosine + i), rotated_a), d, x + i);
    hn::StoreU(hn::MulAdd(b, hn::LoadU(d, cosine + half + i), rotated_b), d, x + half + i);
  });
}

}  // namespace

void RotateRow(float* x, const float* table, const RopeRowShape& shape) {
  const float* sine = table + shape.rotated;
  for (int head = 0; head < shape.heads; ++head, x += shape.head_width) {
    if (shape.pairs == RopePairs::kHalves) {
      RotateHalves(x, table, sine, shape.rotated);
    } else {
      RotateNeighbors(x, table, sine, shape.rotated);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<RopeRow> RopeHighway() {
  return {HWY_CHOOSE_AVX3(RotateRow), HWY_CHOOSE_AVX2(RotateRow), HWY_CHOOSE_SSE4(RotateRow),
          HWY_CHOOSE_NEON(RotateRow)};
}

}  // namespace edgevlm
#endif
