#include "image/orient.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "image/testing/images.h"

namespace edgevlm {
namespace {

using test::BytesOf;
using test::Exif;

// An image of letters: one pixel each, identified by the red value.
Image Letters(int width, int height, std::string_view letters) {
  Image image(width, height);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    image.pixels[i * 3] = static_cast<std::uint8_t>(letters[i]);
  }
  return image;
}

TEST(Upright, RotatesAndMirrorsByTheStandard) {
  // abc
  // def
  const Image stored = Letters(3, 2, "abcdef");
  constexpr struct {
    int orientation, width, height;
    const char* expected;
  } kCases[] = {{1, 3, 2, "abcdef"}, {2, 3, 2, "cbafed"}, {3, 3, 2, "fedcba"}, {4, 3, 2, "defabc"},
                {5, 2, 3, "adbecf"}, {6, 2, 3, "daebfc"}, {7, 2, 3, "fcebda"}, {8, 2, 3, "cfbead"}};
  for (const auto& c : kCases) {
    const Image upright = Upright(stored, c.orientation);
    EXPECT_EQ(upright.width, c.width) << c.orientation;
    EXPECT_EQ(upright.height, c.height) << c.orientation;
    EXPECT_EQ(upright.pixels, Letters(c.width, c.height, c.expected).pixels) << c.orientation;
  }
}

TEST(ExifOrientation, ReadsBothByteOrdersAndThePrefix) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(ExifOrientation(Exif(orientation)), orientation);
    auto prefixed = BytesOf(std::string_view("Exif\0\0", 6));
    const auto block = Exif(orientation);
    prefixed.insert(prefixed.end(), block.begin(), block.end());
    EXPECT_EQ(ExifOrientation(prefixed), orientation);
  }
  // Two entries; the second one is the orientation.
  const std::string big(
      "MM\0*\0\0\0\x08\0\x02\x01\x0F\0\x02\0\0\0\x01\0\0\0\0\x01\x12\0\x03\0\0\0"
      "\x01\0\x06\0\0",
      34);
  EXPECT_EQ(ExifOrientation(BytesOf(big)), 6);
}

// An EXIF block of one entry: its type, its count and its four bytes of value.
std::vector<std::byte> Entry(bool big_endian, unsigned type, unsigned count,
                             std::string_view value) {
  std::string block = big_endian ? "MM" : "II";
  const auto number = [&](unsigned n, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
      const unsigned shift = big_endian ? bytes - 1 - i : i;
      block += static_cast<char>(n >> (8 * shift));
    }
  };
  number(42, 2);
  number(8, 4);
  number(1, 2);
  number(0x0112, 2);
  number(type, 2);
  number(count, 4);
  block += std::string(value) + std::string(4 - value.size() + 4, '\0');
  return BytesOf(block);
}

TEST(ExifOrientation, ReadsEveryIntegerType) {
  constexpr unsigned kByte = 1, kShort = 3, kLong = 4;
  using namespace std::string_view_literals;
  EXPECT_EQ(ExifOrientation(Entry(false, kByte, 1, "\6")), 6);
  EXPECT_EQ(ExifOrientation(Entry(true, kByte, 1, "\6")), 6);
  EXPECT_EQ(ExifOrientation(Entry(false, kShort, 1, "\6\0"sv)), 6);
  EXPECT_EQ(ExifOrientation(Entry(true, kShort, 1, "\0\6"sv)), 6);
  EXPECT_EQ(ExifOrientation(Entry(false, kLong, 1, "\6\0\0\0"sv)), 6);
  EXPECT_EQ(ExifOrientation(Entry(true, kLong, 1, "\0\0\0\6"sv)), 6);
  // A LONG is read as one, not as the SHORT that begins it.
  EXPECT_EQ(ExifOrientation(Entry(false, kLong, 1, "\6\0\1\0"sv)), 1);
  EXPECT_EQ(ExifOrientation(Entry(true, kLong, 1, "\0\6\0\0"sv)), 1);
}

TEST(ExifOrientation, OtherTypesAndCountsMeanUpright) {
  for (const unsigned type : {0u, 2u, 5u, 7u, 12u, 65535u}) {
    EXPECT_EQ(ExifOrientation(Entry(false, type, 1, "\6")), 1) << type;
  }
  for (const unsigned type : {1u, 3u, 4u}) {
    for (const unsigned count : {0u, 2u, 0x10000u, 0xFFFFFFFFu}) {
      EXPECT_EQ(ExifOrientation(Entry(false, type, count, "\6")), 1) << type << " x " << count;
    }
  }
}

TEST(ExifOrientation, CorruptMeansUpright) {
  const auto whole = Exif(6);
  EXPECT_EQ(ExifOrientation({}), 1);
  for (std::size_t size = 0; size < 20; ++size) {
    EXPECT_EQ(ExifOrientation(std::span(whole).first(size)), 1) << size;
  }
  for (const int orientation : {0, 9, 200}) EXPECT_EQ(ExifOrientation(Exif(orientation)), 1);
  for (const auto& [at, value] : {std::pair{0, 0x4A}, {2, 43}, {4, 255}, {7, 255}, {12, 5}}) {
    auto broken = whole;
    broken[static_cast<std::size_t>(at)] = static_cast<std::byte>(value);
    EXPECT_EQ(ExifOrientation(broken), 1) << at;
  }
}

}  // namespace
}  // namespace edgevlm
