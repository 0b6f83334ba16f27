#include <gtest/gtest.h>

#include "image/testing/images.h"

namespace edgevlm {
namespace {

using test::BytesOf;
using test::Decoded;
using test::ErrorOf;
using Pixels = std::vector<std::uint8_t>;

TEST(Ppm, ReadsTextAndBytesOfAllDepths) {
  EXPECT_EQ(Decoded(BytesOf("P3 2 1 255\n1 2 3\n4 5 6\n")).pixels, (Pixels{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(Decoded(BytesOf("P6\n# made by hand\n2 1\n255\nabcdef")).pixels,
            (Pixels{'a', 'b', 'c', 'd', 'e', 'f'}));
  EXPECT_EQ(Decoded(BytesOf("P2 2 1 1 0 1")).pixels, (Pixels{0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(Decoded(BytesOf("P2 1 2 #x\n15 5\n#y\n10")).pixels,
            (Pixels{85, 85, 85, 170, 170, 170}));
  EXPECT_EQ(Decoded(BytesOf(std::string_view("P5 1 1 1000\n\x01\xF4", 14))).pixels,
            (Pixels{128, 128, 128}));  // 500 of 1000
  EXPECT_EQ(Decoded(BytesOf(std::string_view("P6 1 1 65535\n\0\0\x80\0\xFF\xFF", 19))).pixels,
            (Pixels{0, 128, 255}));
}

TEST(Ppm, RejectsCorruptFiles) {
  const std::string broken = "ppm: data: expected a valid image, found a broken header";
  for (const char* file :
       {"P6 0 1 255\n...", "P6 1 1 0\n...", "P6 1 1 65536\n......", "P6 -1 1 9\n.",
        "P6 x 1 255\n...", "P6 99999999999 1 255\n...", "P6 1 1 255x..."}) {
    EXPECT_EQ(ErrorOf(BytesOf(file)), broken) << file;
  }
  const std::string value =
      "ppm: data: expected a valid image, found a missing value or one over the maximum";
  EXPECT_EQ(ErrorOf(BytesOf("P5 1 1 9\n\x0A")), value);
  EXPECT_EQ(ErrorOf(BytesOf("P2 1 1 9 10")), value);
  EXPECT_EQ(ErrorOf(BytesOf("P2 2 1 9 1 x")), value);
  EXPECT_EQ(ErrorOf(BytesOf("P2 2 1 9 1         ")), value);
  EXPECT_EQ(ErrorOf(BytesOf("P6 65535 65535 255\n...")),
            "ppm: width x height: expected at most 100000000 pixels, found 65535 x 65535");
  EXPECT_EQ(ErrorOf(BytesOf("P6 9000 9000 255\n...")),
            "ppm: data: expected a whole file, found its end after 20 bytes");
  EXPECT_EQ(ErrorOf(BytesOf("P3 9000 9000 255\n1 2 3")),
            "ppm: data: expected a whole file, found its end after 22 bytes");
}

TEST(Ppm, TruncatedAnywhereIsAnError) {
  test::ExpectErrorWhereverCut(BytesOf("P6\n# made by hand\n3 2\n255\nabcdefghijklmnopqr"));
  test::ExpectErrorWhereverCut(BytesOf("P5 3 2 65535\nabcdefghijkl"));
  test::ExpectErrorWhereverCut(BytesOf("P3 2 1 255\n1 2 3\n4 5 6"));
}

}  // namespace
}  // namespace edgevlm
