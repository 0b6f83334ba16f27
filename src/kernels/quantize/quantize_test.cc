#include "kernels/quantize/quantize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/quantize/write_block.h"
#include "kernels/testing/values.h"
#include "tensor/dequantize.h"
#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

std::vector<float> ThereAndBack(const std::vector<float>& values, DType dtype) {
  const DTypeInfo& info = InfoOf(dtype);
  std::vector<std::byte> bytes(values.size() / static_cast<std::size_t>(info.block_values) *
                               static_cast<std::size_t>(info.block_bytes));
  Quantize(values, dtype, bytes);
  std::vector<float> back(values.size());
  Dequantize(dtype, bytes, back);
  return back;
}

TEST(WriteBlock, GivesBackTheBytesThatWereRead) {
  for (const BlockFormat& format : kBlockFormats) {
    const auto bytes = RandomStored(format.dtype, 8 * format.values);
    std::vector<std::byte> written(bytes.size());
    const auto block_bytes = static_cast<std::size_t>(InfoOf(format.dtype).block_bytes);
    BlockParts parts;
    for (std::size_t at = 0; at < bytes.size(); at += block_bytes) {
      format.read(&bytes[at], parts);
      WriteBlock(format.dtype, parts, &written[at]);
    }
    EXPECT_EQ(written, bytes) << NameOf(format.dtype);
  }
}

// The largest distance of neighboring quants that a group of values needs: what an even division
// of its range gives. Formats without a minimum reach as far below zero as above.
float StepOf(const BlockFormat& format, std::span<const float> group) {
  const float steps = static_cast<float>(1 << (format.low_bits + format.high_bits));
  float low = 0.0f, high = 0.0f;
  for (const float value : group) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (format.has_minimum) return (high - low) / (steps - 1.0f);
  return std::max(high, -low) / (steps / 2.0f - 1.0f);
}

// Rounding evenly spread values to steps leaves step / sqrt(12); the search may only do better, up
// to what the rounding of the groups' scales adds: a fraction of 1 / 15, 1 / 63 and less.
TEST(Quantize, LeavesTheErrorOfItsBitWidth) {
  RandomValues random;
  const std::vector<float> values = random.Draw(256 * 40);
  for (const BlockFormat& format : kBlockFormats) {
    const std::vector<float> back = ThereAndBack(values, format.dtype);
    const auto size = static_cast<std::size_t>(format.group);
    double error = 0.0, allowed = 0.0;
    for (std::size_t first = 0; first < values.size(); first += size) {
      const float step = StepOf(format, std::span(values).subspan(first, size));
      allowed += static_cast<double>(size) * step * step / 12.0;
      for (std::size_t i = first; i < first + size; ++i) {
        error += std::pow(double{back[i]} - double{values[i]}, 2);
      }
    }
    EXPECT_LE(std::sqrt(error), 1.1 * std::sqrt(allowed)) << NameOf(format.dtype);
    EXPECT_GE(std::sqrt(error), 0.5 * std::sqrt(allowed)) << NameOf(format.dtype);
  }
}

double RootMeanSquare(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(double{a[i]} - double{b[i]}, 2);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

// Between two neighboring quants a gap g apart, rounding leaves g / sqrt(12) in the mean. That of
// IQ4 with the block's peak on its lowest quant is the mean over the gaps that the values fall
// into; the search may only do better, and the 6 bits of IQ4_XS's scales add a little: half of 1
// / 32.
TEST(Quantize, Iq4LeavesTheErrorOfItsGaps) {
  RandomValues random;
  const std::vector<float> values = random.Draw(256 * 40);
  double allowed = 0.0;
  for (std::size_t first = 0; first < values.size(); first += 32) {
    const auto block = std::span(values).subspan(first, 32);
    const float peak =
        *std::ranges::max_element(block, {}, [](float value) { return std::fabs(value); });
    const float step = peak / kIq4Values.front();
    for (const float value : block) {
      const auto above = std::ranges::upper_bound(kIq4Values, value / step);
      if (above == kIq4Values.begin() || above == kIq4Values.end()) continue;
      allowed += std::pow(step * static_cast<float>(*above - *std::prev(above)), 2) / 12.0;
    }
  }
  allowed = std::sqrt(allowed / static_cast<double>(values.size()));
  const double iq4_nl = RootMeanSquare(ThereAndBack(values, DType::kIQ4_NL), values);
  const double iq4_xs = RootMeanSquare(ThereAndBack(values, DType::kIQ4_XS), values);
  EXPECT_LE(iq4_nl, allowed);
  EXPECT_LE(iq4_xs, 1.02 * allowed);
  // In as many bits less than evenly spaced quants leave, 0.89 of it here; in a quarter of a bit
  // less at most the effect of a quarter of a bit, since each bit halves the error.
  EXPECT_LE(iq4_nl, 0.95 * RootMeanSquare(ThereAndBack(values, DType::kQ4_0), values));
  EXPECT_LE(iq4_xs, std::exp2(0.25) * RootMeanSquare(ThereAndBack(values, DType::kQ4_K), values));
}

// Blocks that have a value on the lowest quant in every group, and in IQ4_XS the largest factor in
// one, come back as they were.
TEST(Quantize, Iq4KeepsWhatItHolds) {
  for (const DType dtype : {DType::kIQ4_NL, DType::kIQ4_XS}) {
    const BlockFormat& format = *FindBlockFormat(dtype);
    const auto block_bytes = static_cast<std::size_t>(InfoOf(dtype).block_bytes);
    auto bytes = RandomStored(dtype, 16 * format.values);
    BlockParts parts;
    for (std::size_t at = 0; at < bytes.size(); at += block_bytes) {
      format.read(&bytes[at], parts);
      for (int i = 0; i < format.values; i += format.group) {
        parts.quants[static_cast<std::size_t>(i)] = 0;
      }
      if (format.has_group_scales) parts.group_scales[3] = -32;
      WriteBlock(dtype, parts, &bytes[at]);
    }
    std::vector<float> values(static_cast<std::size_t>(16 * format.values));
    Dequantize(dtype, bytes, values);
    EXPECT_EQ(ThereAndBack(values, dtype), values) << NameOf(dtype);
  }
}

TEST(Quantize, PlainFormatsRound) {
  const std::vector<float> values = {0.1f, -3.0f, 1e30f, 65520.0f};
  EXPECT_EQ(ThereAndBack(values, DType::kF32), values);
  EXPECT_EQ(ThereAndBack(values, DType::kF16),
            (std::vector<float>{0.0999755859375f, -3.0f, 65504.0f, 65504.0f}));
  EXPECT_NEAR(ThereAndBack(values, DType::kBF16)[2], 1e30f, 1e30f / 256);
}

TEST(Quantize, SurvivesOddValues) {
  const std::vector<float> fills[] = {
      {0.0f},           {1.0f},          {-1.0f}, {1e-42f},           {-1e-42f, 1e-42f},
      {1e-7f, -2e-7f},  {3e38f, -3e38f}, {3e38f}, {1.0f, 0.0f, 0.0f}, {1.0f, 1.0000001f},
      {65504.0f, 1e-6f}};
  for (const BlockFormat& format : kBlockFormats) {
    for (const std::vector<float>& fill : fills) {
      std::vector<float> values(256);
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = fill[i % fill.size()];
      const std::vector<float> back = ThereAndBack(values, format.dtype);
      for (std::size_t i = 0; i < values.size(); ++i) {
        SCOPED_TRACE(testing::Message() << NameOf(format.dtype) << " " << values[i]);
        const float cut = std::clamp(values[i], -65504.0f, 65504.0f);
        float peak = 0.0f;
        for (const float value : fill) peak = std::max(peak, std::min(std::fabs(value), 65504.0f));
        // A step of two bits; scales below float16's smallest become 0 or that.
        ASSERT_TRUE(std::isfinite(back[i])) << back[i];
        ASSERT_NEAR(back[i], cut, 0.34f * peak + 1e-6f);
      }
      if (fill[0] == 0.0f) {
        EXPECT_EQ(back, values);
      }
    }
  }
}

// One value of 1000, the others near 1: the formats with scales of groups keep the other groups.
TEST(Quantize, AnOutlierCostsOnlyItsGroup) {
  RandomValues random;
  std::vector<float> values = random.Draw(256);
  values[40] = 1000.0f;
  for (const DType dtype : {DType::kQ4_0, DType::kQ8_0}) {  // blocks of their own
    const std::vector<float> back = ThereAndBack(values, dtype);
    for (std::size_t i = 64; i < 256; ++i) EXPECT_NEAR(back[i], values[i], 0.6f) << i;
  }
}

}  // namespace
}  // namespace edgevlm
