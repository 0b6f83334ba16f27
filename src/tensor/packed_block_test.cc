#include "tensor/packed_block.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

std::vector<const BlockFormat*> Formats() {
  std::vector<const BlockFormat*> formats;
  for (const DTypeInfo& info : DTypes()) {
    if (const BlockFormat* format = FindBlockFormat(info.dtype)) formats.push_back(format);
  }
  return formats;
}

// The starts of `count` blocks that follow each other.
std::vector<const std::byte*> Starts(const BlockFormat& format,
                                     const std::vector<std::byte>& bytes) {
  std::vector<const std::byte*> starts;
  const auto block_bytes = static_cast<std::size_t>(InfoOf(format.dtype).block_bytes);
  for (std::size_t at = 0; at < bytes.size(); at += block_bytes) starts.push_back(&bytes[at]);
  return starts;
}

TEST(PackedBlock, IsLittleLargerThanItsBlocks) {
  EXPECT_EQ(Formats().size(), 12u);
  for (const BlockFormat* format : Formats()) {
    const int blocks = kPackedOutputs * InfoOf(format->dtype).block_bytes;
    const int packed = LayoutOf(*format).bytes;
    EXPECT_GE(packed, blocks) << NameOf(format->dtype);
    EXPECT_LE(packed, blocks * (format->dtype == DType::kQ2_K ? 1.2 : 1.04))
        << NameOf(format->dtype);
    EXPECT_EQ(packed % 16, 0);
  }
}

TEST(PackedBlock, GivesBackTheBlocksThatWentIn) {
  for (const BlockFormat* format : Formats()) {
    for (const int outputs : {1, 7, 16}) {
      SCOPED_TRACE(testing::Message() << NameOf(format->dtype) << " outputs=" << outputs);
      const auto bytes = RandomStored(format->dtype, outputs * format->values);
      const auto starts = Starts(*format, bytes);
      const auto size = static_cast<std::size_t>(LayoutOf(*format).bytes);
      std::vector<std::byte> packed(size + 16, std::byte{42});
      ASSERT_TRUE(PackBlocks(*format, starts, packed.data()));
      for (std::size_t i = size; i < packed.size(); ++i) ASSERT_EQ(packed[i], std::byte{42});
      for (int output = 0; output < kPackedOutputs; ++output) {
        BlockParts expected, actual;
        ReadPackedBlock(*format, packed.data(), output, actual);
        if (output >= outputs) {
          EXPECT_EQ(actual.scale, 0);
          continue;
        }
        format->read(starts[static_cast<std::size_t>(output)], expected);
        EXPECT_EQ(actual.scale, expected.scale);
        if (format->has_minimum) {
          EXPECT_EQ(actual.minimum, expected.minimum);
        }
        for (std::size_t g = 0; g < static_cast<std::size_t>(format->groups()); ++g) {
          EXPECT_EQ(actual.group_scales[g], expected.group_scales[g]);
          if (format->has_minimum) {
            EXPECT_EQ(actual.group_minima[g], expected.group_minima[g]);
          }
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(format->values); ++i) {
          ASSERT_EQ(actual.quants[i], expected.quants[i]) << output << " " << i;
        }
      }
    }
  }
}

TEST(PackedBlock, FindsScalesThatAreNotFinite) {
  for (const BlockFormat* format : Formats()) {
    const auto clean = RandomStored(format->dtype, 2 * format->values);
    std::vector<std::byte> packed(static_cast<std::size_t>(LayoutOf(*format).bytes));
    int found = 0;
    for (std::size_t at = 0; at + 1 < clean.size(); at += 2) {
      auto bytes = clean;
      bytes[at + 1] |= std::byte{0x7c};
      BlockParts before, after;
      const std::size_t block = at / (clean.size() / 2) * (clean.size() / 2);
      format->read(&clean[block], before);
      format->read(&bytes[block], after);
      const bool is_number = before.scale != after.scale || before.minimum != after.minimum;
      EXPECT_EQ(PackBlocks(*format, Starts(*format, bytes), packed.data()), !is_number) << at;
      found += is_number ? 1 : 0;
    }
    EXPECT_EQ(found, format->has_minimum ? 4 : 2) << NameOf(format->dtype);
  }
}

}  // namespace
}  // namespace edgevlm
