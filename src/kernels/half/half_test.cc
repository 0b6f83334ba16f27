#include "kernels/half/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

// float16 as arithmetic: sign * (1 + fraction / 1024) * 2^(exponent - 15).
float ValueOf(std::uint16_t half) {
  const float sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
  const int exponent = (half >> 10) & 31;
  const auto fraction = static_cast<float>(half & 1023);
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  if (exponent == 31) {
    return fraction == 0.0f ? sign * std::numeric_limits<float>::infinity()
                            : std::numeric_limits<float>::quiet_NaN();
  }
  return sign * std::ldexp(1024.0f + fraction, exponent - 25);
}

std::vector<std::uint16_t> AllHalves() {
  std::vector<std::uint16_t> halves(65536);
  std::iota(halves.begin(), halves.end(), std::uint16_t{0});
  return halves;
}

TEST(Half, EveryHalfWidensExactly) {
  const std::vector<std::uint16_t> halves = AllHalves();
  std::vector<float> wide(halves.size());
  for (const auto& variant : HalfToFloatVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    variant.run(halves.data(), wide.data(), 65536);
    for (std::size_t i = 0; i < halves.size(); ++i) {
      const float expected = ValueOf(halves[i]);
      if (std::isnan(expected)) {
        ASSERT_TRUE(std::isnan(wide[i])) << i;
      } else {
        ASSERT_EQ(std::bit_cast<std::uint32_t>(wide[i]), std::bit_cast<std::uint32_t>(expected))
            << i;
      }
    }
  }
}

// At a half, between two neighbors, and a little to both sides of the middle.
TEST(Half, NarrowingRoundsToNearestEven) {
  std::vector<float> x;
  std::vector<std::uint16_t> expected;
  for (std::uint16_t half = 0; half < 0x7C00; ++half) {
    const float low = ValueOf(half);
    const float high = half == 0x7BFF ? 65536.0f : ValueOf(static_cast<std::uint16_t>(half + 1));
    const auto next = static_cast<std::uint16_t>(half + 1);
    const float middle = 0.5f * (low + high);
    x.insert(x.end(), {low, middle, std::nextafter(middle, 0.0f), std::nextafter(middle, 1e9f)});
    expected.insert(expected.end(), {half, half % 2 == 0 ? half : next, half, next});
  }
  const auto n = static_cast<int>(x.size());
  std::vector<std::uint16_t> actual(x.size());
  for (const auto& variant : FloatToHalfVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const float sign : {1.0f, -1.0f}) {
      std::vector<float> signed_x = x;
      for (float& value : signed_x) value *= sign;
      variant.run(signed_x.data(), actual.data(), n);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const int bits = expected[i] | (sign < 0.0f ? 0x8000 : 0);
        ASSERT_EQ(actual[i], bits) << "x=" << signed_x[i];
      }
    }
  }
}

TEST(Half, InfinityAndNan) {
  const std::vector<float> x = {1e30f, -1e30f, std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::quiet_NaN(), 1e-30f};
  for (const auto& variant : FloatToHalfVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    std::vector<std::uint16_t> y(x.size());
    variant.run(x.data(), y.data(), static_cast<int>(x.size()));
    EXPECT_EQ(y[0], 0x7C00);
    EXPECT_EQ(y[1], 0xFC00);
    EXPECT_EQ(y[2], 0x7C00);
    EXPECT_TRUE(std::isnan(ValueOf(y[3])));
    EXPECT_EQ(y[4], 0);
  }
}

TEST(Half, EveryLengthAndNothingBeyond) {
  RandomValues random;
  for (const int n : kTestLengths) {
    for (const int shift : kTestShifts) {
      Guarded<float> x(1, n, shift), back(1, n, shift);
      x.Fill(random.Draw(n));
      for (const auto& narrow : FloatToHalfVariants()) {
        if (!Includes(BestIsa(), narrow.needs)) continue;
        Guarded<std::uint16_t> half(1, n, shift), expected(1, n);
        narrow.run(x.view().data, half.view().data, n);
        FloatToHalfRowScalar(x.view().data, expected.view().data, n);
        for (int i = 0; i < n; ++i) EXPECT_EQ(half.view().data[i], expected.view().data[i]);
        EXPECT_TRUE(half.intact()) << IsaName(narrow.needs) << " n=" << n;
      }
      for (const auto& widen : HalfToFloatVariants()) {
        if (!Includes(BestIsa(), widen.needs)) continue;
        Guarded<std::uint16_t> half(1, n, shift);
        FloatToHalfRowScalar(x.view().data, half.view().data, n);
        widen.run(half.view().data, back.view().data, n);
        for (int i = 0; i < n; ++i) EXPECT_EQ(back.view().data[i], ValueOf(half.view().data[i]));
        EXPECT_TRUE(back.intact()) << IsaName(widen.needs) << " n=" << n;
      }
    }
  }
}

}  // namespace
}  // namespace edgevlm
