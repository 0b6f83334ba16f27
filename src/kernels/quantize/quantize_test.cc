#include "kernels/quantize/quantize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/quantize/write_block.h"
#include "kernels/test_values.h"
#include "tensor/dequantize.h"
#include "tensor/test_blocks.h"

namespace edgevlm {
namespace {

std::vector<const BlockFormat*> WrittenFormats() {
  std::vector<const BlockFormat*> formats;
  for (const DTypeInfo& info : DTypes()) {
    const BlockFormat* format = FindBlockFormat(info.dtype);
    if (format != nullptr && CanQuantize(info.dtype)) formats.push_back(format);
  }
  return formats;
}

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
  EXPECT_EQ(WrittenFormats().size(), 10u);
  for (const BlockFormat* format : WrittenFormats()) {
    const auto bytes = RandomStored(format->dtype, 8 * format->values);
    std::vector<std::byte> written(bytes.size());
    const auto block_bytes = static_cast<std::size_t>(InfoOf(format->dtype).block_bytes);
    BlockParts parts;
    for (std::size_t at = 0; at < bytes.size(); at += block_bytes) {
      format->read(&bytes[at], parts);
      WriteBlock(format->dtype, parts, &written[at]);
    }
    EXPECT_EQ(written, bytes) << NameOf(format->dtype);
  }
}

// The largest distance of neighbouring levels that a group of values needs: what an even division
// of its range gives. Formats without a minimum reach as far below zero as above.
float StepOf(const BlockFormat& format, std::span<const float> group) {
  const float levels = static_cast<float>(1 << (format.low_bits + format.high_bits));
  float low = 0.0f, high = 0.0f;
  for (const float value : group) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (format.has_minimum) return (high - low) / (levels - 1.0f);
  return std::max(high, -low) / (levels / 2.0f - 1.0f);
}

// Rounding evenly spread values to steps leaves step / sqrt(12); the search may only do better, up
// to what the rounding of the groups' scales adds: a share of 1 / 15, 1 / 63 and less.
TEST(Quantize, LeavesTheErrorOfItsBitWidth) {
  RandomValues random;
  const std::vector<float> values = random.Take(256 * 40);
  for (const BlockFormat* format : WrittenFormats()) {
    const std::vector<float> back = ThereAndBack(values, format->dtype);
    const auto size = static_cast<std::size_t>(format->group);
    double error = 0.0, allowed = 0.0;
    for (std::size_t first = 0; first < values.size(); first += size) {
      const float step = StepOf(*format, std::span(values).subspan(first, size));
      allowed += static_cast<double>(size) * step * step / 12.0;
      for (std::size_t i = first; i < first + size; ++i) {
        error += std::pow(double{back[i]} - double{values[i]}, 2);
      }
    }
    EXPECT_LE(std::sqrt(error), 1.1 * std::sqrt(allowed)) << NameOf(format->dtype);
    EXPECT_GE(std::sqrt(error), 0.5 * std::sqrt(allowed)) << NameOf(format->dtype);
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
  for (const BlockFormat* format : WrittenFormats()) {
    for (const std::vector<float>& fill : fills) {
      std::vector<float> values(256);
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = fill[i % fill.size()];
      const std::vector<float> back = ThereAndBack(values, format->dtype);
      for (std::size_t i = 0; i < values.size(); ++i) {
        SCOPED_TRACE(testing::Message() << NameOf(format->dtype) << " " << values[i]);
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
  std::vector<float> values = random.Take(256);
  values[40] = 1000.0f;
  for (const DType dtype : {DType::kQ4_0, DType::kQ8_0}) {  // blocks of their own
    const std::vector<float> back = ThereAndBack(values, dtype);
    for (std::size_t i = 64; i < 256; ++i) EXPECT_NEAR(back[i], values[i], 0.6f) << i;
  }
}

}  // namespace
}  // namespace edgevlm
