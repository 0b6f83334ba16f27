#include "base/byte_reader.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace edgevlm {
namespace {

std::span<const std::byte> BytesOfText(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(ByteReader, ReadsLittleEndianAtAnyAlignment) {
  ByteReader in(BytesOfText({"\x01\x02\x03\x04\x05\xff\xff\x00\x00\x80\x3f", 11}));
  EXPECT_EQ(in.Get<std::uint8_t>(), 0x01);
  EXPECT_EQ(in.Get<std::uint32_t>(), 0x05040302u);
  EXPECT_EQ(in.Get<std::int16_t>(), -1);
  EXPECT_EQ(in.Get<float>(), 1.0f);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.remaining(), 0u);
}

TEST(ByteReader, FailureSticks) {
  ByteReader in(BytesOfText("abcdef"));
  EXPECT_EQ(in.Text(2), "ab");
  EXPECT_EQ(in.Get<std::uint64_t>(), 0u);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.Text(1), "");  // would fit, but a failed reader returns nothing
  EXPECT_EQ(in.Get<std::uint8_t>(), 0);
  EXPECT_EQ(in.position(), 2u);
  EXPECT_FALSE(in.ok());
}

TEST(ByteReader, HugeLengthsDoNotWrapAround) {
  ByteReader in(BytesOfText("abcdef"));
  in.ReadBytes(3);
  EXPECT_TRUE(in.ReadBytes(std::numeric_limits<std::uint64_t>::max()).empty());
  EXPECT_FALSE(in.ok());
}

TEST(ByteReader, NothingOfNothingIsFine) {
  ByteReader in({});
  EXPECT_TRUE(in.ReadBytes(0).empty());
  EXPECT_TRUE(in.ok());
  in.Get<std::uint8_t>();
  EXPECT_FALSE(in.ok());
}

}  // namespace
}  // namespace edgevlm
