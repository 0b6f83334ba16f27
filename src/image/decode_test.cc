#include "image/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/testing/images.h"
#include "image/write.h"

namespace edgevlm {
namespace {

using test::BytesOf;
using test::ErrorOf;
using test::Gradient;

TEST(Decode, NamesWhatIsNotAnImage) {
  EXPECT_EQ(ErrorOf({}), "image: file: expected an image, found 0 bytes");
  const std::string expected = "image: format: expected JPEG, PNG, WebP or PPM, found ";
  EXPECT_EQ(ErrorOf(BytesOf("This is a text, named photo.jpg.\n")),
            expected + "text that begins 'This is a text, named ph...'");
  EXPECT_EQ(ErrorOf(BytesOf("GIF89a....")), expected + "a GIF image");
  EXPECT_EQ(ErrorOf(BytesOf(std::string_view("\0\0\0\x18"
                                             "ftypheic",
                                             12))),
            expected + "a HEIC or HEIF image (save it as JPEG)");
  EXPECT_EQ(ErrorOf(BytesOf("P")), expected + "text that begins 'P'");
  EXPECT_EQ(ErrorOf(BytesOf("P4\n8 1\n\xFF")), expected + "a PBM image");
  EXPECT_EQ(ErrorOf(BytesOf("RIFF\x10\x01\x01\x01WAVEfmt ")), expected + "a WAV recording");
  EXPECT_FALSE(Probe({}));
  EXPECT_FALSE(Probe(BytesOf("x")));
}

TEST(Decode, ChecksEveryLimit) {
  const auto file = EncodePng(Gradient(40, 20));
  EXPECT_TRUE(Decode(file, {.pixels = 800, .side = 40}));
  EXPECT_EQ(ErrorOf(file, {.pixels = 799}),
            "png: width x height: expected at most 799 pixels, found 40 x 20");
  EXPECT_EQ(ErrorOf(file, {.side = 39}),
            "png: width x height: expected at most 39 pixels a side, found 40 x 20");
  EXPECT_EQ(ErrorOf(file, {.file_bytes = 60}),
            "image: file: expected at most 60 bytes, found " + std::to_string(file.size()));
}

TEST(Decode, EveryFormatIsProbedByItsFirstBytes) {
  const Image image = Gradient(31, 17);
  const auto is = [](std::span<const std::byte> file, std::string_view format) {
    const auto info = Probe(file);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->format, format);
    EXPECT_EQ(info->width, 31);
    EXPECT_EQ(info->height, 17);
    EXPECT_EQ(info->orientation, 1);
  };
  is(EncodePng(image), "png");
  is(EncodeJpeg(image, 90), "jpeg");
  is(BytesOf("P5 31 17 255\n"), "ppm");  // the pixels are not read
}

TEST(WritePng, WritesAndReportsErrors) {
  const Image image = Gradient(9, 8);
  EXPECT_THAT(WritePng("/nowhere/at/all.png", image)->message,
              testing::HasSubstr("png: file '/nowhere/at/all.png': expected to write"));
  const std::string path = testing::TempDir() + "edgevlm_write_png_test.png";
  EXPECT_FALSE(WritePng(path, image));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace edgevlm
