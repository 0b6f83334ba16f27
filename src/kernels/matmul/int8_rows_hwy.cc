#include <algorithm>
#include <limits>

#include "kernels/matmul/int8_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/matmul/int8_rows_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// The greatest magnitude of n values; not a number if one of them is not.
HWY_INLINE float Greatest(const float* HWY_RESTRICT x, int n) {
  auto greatest = hn::Zero(FullTag());
  // x - x is 0, but not for infinities and what is no number: those stay in the sum.
  auto strange = hn::Zero(FullTag());
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const auto v = hn::LoadU(FullTag(), x + i);
    greatest = hn::Max(greatest, hn::Abs(v));
    strange = hn::Add(strange, hn::Sub(v, v));
  }
  float result = MaxLane(greatest);
  float sum = SumLanes(strange);
  for (; i < n; ++i) {
    result = std::max(result, std::fabs(x[i]));
    sum += x[i] - x[i];
  }
  return sum == 0.0f ? result : std::numeric_limits<float>::quiet_NaN();
}

// levels[i] = round(x[i] * inverse).
HWY_INLINE void WriteLevels(const float* HWY_RESTRICT x, float inverse, int n,
                            std::int8_t* HWY_RESTRICT levels) {
  ForLanes(0, n, [=](auto d, int i) HWY_ATTR {
    const hn::Rebind<std::int8_t, decltype(d)> d_levels;
    const auto scaled = hn::Mul(hn::LoadU(d, x + i), hn::Set(d, inverse));
    hn::StoreU(hn::DemoteTo(d_levels, hn::NearestInt(scaled)), d_levels, levels + i);
  });
}

// The negated sum of 16 levels.
HWY_INLINE std::int32_t NegatedSum(const std::int8_t* HWY_RESTRICT levels) {
  const hn::CappedTag<std::int32_t, 16> d;
  const hn::Rebind<std::int8_t, decltype(d)> d_levels;
  auto sum = hn::Zero(d);
  for (int i = 0; i < 16; i += static_cast<int>(hn::MaxLanes(d))) {
    sum = hn::Sub(sum, hn::PromoteTo(d, hn::LoadU(d_levels, levels + i)));
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

}  // namespace

void QuantizeRow(const float* x, const Int8Rows& rows, int row) {
  const int inputs = rows.inputs();
  std::int8_t* levels = rows.Levels(row);
  for (int first = 0; first < inputs; first += kInt8BlockInputs) {
    const int count = std::min(kInt8BlockInputs, inputs - first);
    const float greatest = Greatest(x + first, count);
    const float inverse = 127.0f / greatest;
    rows.Scales(row)[first / kInt8BlockInputs] = greatest / 127.0f;
    if (inverse <= std::numeric_limits<float>::max()) {
      WriteLevels(x + first, inverse, count, levels + first);
    } else {
      std::fill_n(levels + first, count, std::int8_t{0});
    }
  }
  const int padded = (inputs + 63) / 64 * 64;
  std::fill(levels + inputs, levels + padded, std::int8_t{0});
  std::int32_t* sums16 = rows.NegatedSums(row, 16);
  const int groups = (inputs + 15) / 16;
  for (int g = 0; g < groups; ++g) sums16[g] = NegatedSum(levels + 16 * g);
  for (const int group : {32, 128}) {
    std::int32_t* sums = rows.NegatedSums(row, group);
    const int parts = group / 16;
    for (int first = 0; first < groups; first += parts) {
      std::int32_t sum = 0;
      for (int g = first; g < std::min(groups, first + parts); ++g) sum += sums16[g];
      sums[first / parts] = sum;
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<QuantizeRowFunction> QuantizeRowHighway() {
  return {HWY_CHOOSE_AVX3(QuantizeRow), HWY_CHOOSE_AVX2(QuantizeRow), HWY_CHOOSE_SSE4(QuantizeRow),
          HWY_CHOOSE_NEON(QuantizeRow)};
}

}  // namespace edgevlm
#endif
