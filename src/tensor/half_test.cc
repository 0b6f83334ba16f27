#include "tensor/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace edgevlm {
namespace {

constexpr std::uint32_t kHalves = 1 << 16;
constexpr std::uint16_t kHalfInfinity = 0x7c00;
constexpr std::uint16_t kBFloat16Infinity = 0x7f80;

std::uint16_t AsHalf(std::uint32_t bits) { return static_cast<std::uint16_t>(bits); }

// The definition of the standard, in double.
double HalfByDefinition(std::uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const int fraction = half & 1023;
  const double sign = half >> 15 ? -1.0 : 1.0;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

TEST(Half, EveryHalfToFloat) {
  for (std::uint32_t bits = 0; bits < kHalves; ++bits) {
    const std::uint16_t half = AsHalf(bits);
    const float value = HalfToFloat(half);
    EXPECT_EQ(std::signbit(value), (half & 0x8000) != 0) << bits;
    if ((half & 0x7fff) > kHalfInfinity) {
      EXPECT_TRUE(std::isnan(value)) << bits;
    } else if ((half & 0x7fff) == kHalfInfinity) {
      EXPECT_TRUE(std::isinf(value)) << bits;
    } else {
      EXPECT_EQ(static_cast<double>(value), HalfByDefinition(half)) << bits;
    }
  }
}

TEST(Half, EveryHalfSurvivesTheWayToFloatAndBack) {
  for (std::uint32_t bits = 0; bits < kHalves; ++bits) {
    const std::uint16_t half = AsHalf(bits);
    const bool nan = (half & 0x7fff) > kHalfInfinity;
    EXPECT_EQ(FloatToHalf(HalfToFloat(half)), nan ? (half | 0x0200) : half) << bits;
  }
}

// Between any two neighbors: the middle goes to the even one, all else to the nearer one.
TEST(Half, RoundsToNearestEvenBetweenAllNeighbors) {
  for (std::uint32_t bits = 0; bits + 1 < kHalfInfinity; ++bits) {
    const std::uint16_t low = AsHalf(bits);
    const std::uint16_t high = AsHalf(bits + 1);
    const std::uint16_t even = bits % 2 == 0 ? low : high;
    const float middle = (HalfToFloat(low) + HalfToFloat(high)) / 2;  // exact: one more bit
    const float below = std::nextafter(middle, 0.0f);
    const float above = std::nextafter(middle, 1e9f);
    EXPECT_EQ(FloatToHalf(middle), even) << bits;
    EXPECT_EQ(FloatToHalf(below), low) << bits;
    EXPECT_EQ(FloatToHalf(above), high) << bits;
    EXPECT_EQ(FloatToHalf(-middle), even | 0x8000) << bits;
    EXPECT_EQ(FloatToHalf(-below), low | 0x8000) << bits;
    EXPECT_EQ(FloatToHalf(-above), high | 0x8000) << bits;
  }
}

TEST(Half, BeyondTheRange) {
  EXPECT_EQ(FloatToHalf(65504.0f), 0x7bff);
  EXPECT_EQ(FloatToHalf(std::nextafter(65520.0f, 0.0f)), 0x7bff);
  EXPECT_EQ(FloatToHalf(65520.0f), kHalfInfinity);
  EXPECT_EQ(FloatToHalf(std::numeric_limits<float>::max()), kHalfInfinity);
  EXPECT_EQ(FloatToHalf(-std::numeric_limits<float>::infinity()), 0xfc00);
  EXPECT_EQ(FloatToHalf(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(FloatToHalf(-0.0f), 0x8000);
  EXPECT_GT(FloatToHalf(std::numeric_limits<float>::quiet_NaN()) & 0x7fff, kHalfInfinity);
  // A signalling NaN whose payload lies in the lost bits must not turn into infinity.
  EXPECT_GT(FloatToHalf(std::bit_cast<float>(0x7f800001u)) & 0x7fff, kHalfInfinity);
}

TEST(BFloat16, EveryValueSurvivesTheWayToFloatAndBack) {
  for (std::uint32_t bits = 0; bits < kHalves; ++bits) {
    const std::uint16_t value = AsHalf(bits);
    const bool nan = (value & 0x7fff) > kBFloat16Infinity;
    EXPECT_EQ(FloatToBFloat16(BFloat16ToFloat(value)), nan ? (value | 0x0040) : value) << bits;
  }
}

TEST(BFloat16, RoundsToNearestEvenBetweenAllNeighbors) {
  for (std::uint32_t bits = 0; bits < kBFloat16Infinity; ++bits) {
    const std::uint32_t middle = (bits << 16) | 0x8000u;
    const std::uint32_t even = bits % 2 == 0 ? bits : bits + 1;
    for (const std::uint32_t sign : {0u, 0x8000u}) {
      const auto round = [&](std::uint32_t magnitude) {
        return FloatToBFloat16(std::bit_cast<float>(sign << 16 | magnitude));
      };
      EXPECT_EQ(round(middle), sign | even) << bits;
      EXPECT_EQ(round(middle - 1), sign | bits) << bits;
      EXPECT_EQ(round(middle + 1), sign | (bits + 1)) << bits;
    }
  }
}

TEST(BFloat16, NanNeverBecomesInfinity) {
  EXPECT_GT(FloatToBFloat16(std::bit_cast<float>(0x7f800001u)) & 0x7fff, kBFloat16Infinity);
  EXPECT_GT(FloatToBFloat16(std::bit_cast<float>(0xffffffffu)) & 0x7fff, kBFloat16Infinity);
}

}  // namespace
}  // namespace edgevlm
