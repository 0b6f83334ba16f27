#include "kernels/kv_rows/q4_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

// Rows [group, width] with a component that all have in common and a few outliers.
std::vector<float> Numbers(const Q4Shape& shape) {
  RandomValues random;
  std::vector<float> numbers = random.Draw(shape.group * shape.width);
  const std::vector<float> common = random.Draw(shape.width);
  for (int j = 0; j < shape.group; ++j) {
    for (int i = 0; i < shape.width; ++i) {
      const auto at = static_cast<std::size_t>(j * shape.width + i);
      numbers[at] += std::sin(static_cast<float>(j)) * common[static_cast<std::size_t>(i)];
      if (at % 301 == 7) numbers[at] *= 6.0f;
    }
  }
  return numbers;
}

std::vector<std::byte> Pack(const Q4Shape& shape, const std::vector<float>& numbers) {
  std::vector<std::byte> group(static_cast<std::size_t>(shape.bytes()));
  QuantizeQ4Group(shape, {numbers.data(), shape.group, shape.width}, group.data());
  EXPECT_TRUE(IsQ4Group(shape, group.data()));
  return group;
}

std::vector<float> Unpack(const Q4Shape& shape, const std::vector<std::byte>& group) {
  const Q4Head head = {
      .groups = group.data(), .shape = shape, .quantized = shape.group, .unquantized = {}};
  std::vector<float> numbers(static_cast<std::size_t>(shape.group * shape.width));
  for (int j = 0; j < shape.group; ++j) {
    DequantizeQ4Row(head, j, View<float>(numbers.data(), shape.group, shape.width).Row(j));
  }
  return numbers;
}

double Error(const Q4Shape& shape, const std::vector<float>& numbers) {
  const std::vector<float> found = Unpack(shape, Pack(shape, numbers));
  double squares = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    squares += (found[i] - numbers[i]) * static_cast<double>(found[i] - numbers[i]);
  }
  return squares;
}

constexpr int kWidths[] = {1, 3, 8, 9, 20, 64, 65, 128, 255, 256};

// Half a step of 15, and the rounding of scale and minimum: 2^-11 of the scale 15 times, and of a
// minimum of at most 30.
TEST(Q4Rows, AValueIsOffByHalfAStep) {
  for (const int width : kWidths) {
    for (const Along along : {Along::kTokens, Along::kChannels}) {
      const Q4Shape shape = {.width = width, .group = 32, .along = along};
      const std::vector<float> numbers = Numbers(shape);
      const std::vector<float> found = Unpack(shape, Pack(shape, numbers));
      const bool by_channel = along == Along::kTokens;
      const int vectors = by_channel ? width : 32, length = by_channel ? 32 : width;
      for (int s = 0; s < vectors; ++s) {
        const auto at = [&](int k) {
          return static_cast<std::size_t>(by_channel ? k * width + s : s * width + k);
        };
        float lowest = numbers[at(0)], highest = lowest;
        for (int k = 1; k < length; ++k) {
          lowest = std::min(lowest, numbers[at(k)]);
          highest = std::max(highest, numbers[at(k)]);
        }
        const float step = (highest - lowest) / 15;
        for (int k = 0; k < length; ++k) {
          ASSERT_NEAR(found[at(k)], numbers[at(k)], step * (0.5f + 15 * 0x1p-11f) + 30 * 0x1p-11f)
              << "width=" << width << " s=" << s << " k=" << k << " seed=" << RandomValues::kSeed;
        }
      }
    }
  }
}

// A product of rank 2 and outliers reduce the quantization error; how much depends on the numbers,
// which here have both.
TEST(Q4Rows, ProductAndOutliersReduceTheError) {
  for (const int width : {20, 64, 128}) {
    for (const Along along : {Along::kTokens, Along::kChannels}) {
      const Q4Shape plain = {.width = width, .group = 96, .along = along};
      Q4Shape with_outliers = plain, with_both = plain;
      with_outliers.outliers = with_both.outliers = 96 * width / 200;
      with_both.rank = 2;
      const std::vector<float> numbers = Numbers(plain);
      EXPECT_LT(Error(with_outliers, numbers), 0.9 * Error(plain, numbers)) << width;
      EXPECT_LT(Error(with_both, numbers), 0.97 * Error(with_outliers, numbers)) << width;
    }
  }
}

TEST(Q4Rows, TakesAnyNumbers) {
  const Q4Shape shape = {.width = 9, .group = 96, .rank = 4, .outliers = 7};
  const float inf = std::numeric_limits<float>::infinity();
  for (const float number : {0.0f, -0.0f, 1.0f, -3.5f, 1e-30f, 1e30f, -1e30f, inf, -inf, NAN}) {
    std::vector<float> numbers(96 * 9, number);
    numbers[40] = -number;
    for (const float value : Unpack(shape, Pack(shape, numbers))) {
      EXPECT_TRUE(std::isfinite(value)) << number;
    }
  }
  for (const float value : Unpack(shape, Pack(shape, std::vector<float>(96 * 9, 2.0f)))) {
    EXPECT_EQ(value, 2.0f);
  }
}

TEST(Q4Rows, RejectsBytesThatAreNoGroup) {
  const Q4Shape shape = {.width = 9, .group = 96, .rank = 1, .outliers = 3};
  const std::vector<std::byte> group = Pack(shape, Numbers(shape));
  const auto with = [&](std::ptrdiff_t at, std::byte value) {
    std::vector<std::byte> changed = group;
    changed[static_cast<std::size_t>(at)] = value;
    return IsQ4Group(shape, changed.data());
  };
  EXPECT_FALSE(with(shape.scales_at() + 1, std::byte{0x7c}));
  EXPECT_FALSE(with(shape.factors_at() + 3, std::byte{0x7f}));
  EXPECT_FALSE(with(shape.outliers_at(), std::byte{96}));
  EXPECT_FALSE(with(shape.outliers_at() + 1, std::byte{9}));
  EXPECT_FALSE(with(shape.deltas_at() + 1, std::byte{0xfc}));
  EXPECT_TRUE(with(0, std::byte{0xff}));
}

}  // namespace
}  // namespace edgevlm
