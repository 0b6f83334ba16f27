#include <gtest/gtest.h>
#include <webp/encode.h>

#include "image/testing/images.h"

namespace edgevlm {
namespace {

using test::Decoded;
using test::ErrorOf;
using test::Gradient;

std::vector<std::byte> CopyAndFree(std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  std::vector<std::byte> file(bytes.begin(), bytes.end());
  WebPFree(data);
  return file;
}

std::vector<std::byte> Lossy(const Image& image) {
  std::uint8_t* data = nullptr;
  const std::size_t size =
      WebPEncodeRGB(image.pixels.data(), image.width, image.height, image.width * 3, 95.0f, &data);
  return CopyAndFree(data, size);
}

std::vector<std::byte> Lossless(const Image& image) {
  std::uint8_t* data = nullptr;
  const std::size_t size =
      WebPEncodeLosslessRGB(image.pixels.data(), image.width, image.height, image.width * 3, &data);
  return CopyAndFree(data, size);
}

void Append(std::vector<std::byte>& file, std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  file.insert(file.end(), bytes.begin(), bytes.end());
}

void AppendNumber(std::vector<std::byte>& file, std::size_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) file.push_back(static_cast<std::byte>(value >> (8 * i)));
}

// A container of the extended kind: VP8X with these flags, the chunk of `still`, EXIF.
std::vector<std::byte> Extended(const std::vector<std::byte>& still, const Image& image,
                                std::size_t flags, const std::vector<std::byte>& exif) {
  std::vector<std::byte> chunks;
  Append(chunks, "WEBPVP8X");
  AppendNumber(chunks, 10, 4);
  AppendNumber(chunks, flags, 4);
  AppendNumber(chunks, static_cast<std::size_t>(image.width - 1), 3);
  AppendNumber(chunks, static_cast<std::size_t>(image.height - 1), 3);
  chunks.insert(chunks.end(), still.begin() + 12, still.end());
  Append(chunks, "EXIF");
  AppendNumber(chunks, exif.size(), 4);
  chunks.insert(chunks.end(), exif.begin(), exif.end());
  if (exif.size() % 2 == 1) chunks.push_back(std::byte{0});
  std::vector<std::byte> file;
  Append(file, "RIFF");
  AppendNumber(file, chunks.size(), 4);
  file.insert(file.end(), chunks.begin(), chunks.end());
  return file;
}

TEST(Webp, ReadsLossyAndLossless) {
  const Image image = Gradient(48, 32);
  test::ExpectNear(Decoded(Lossless(image)), image, 0);
  // Chroma has half the resolution: pixels at the corner of the blue patch are mixed.
  const Image smooth = [] {
    Image flat(48, 32);
    for (std::size_t i = 0; i < flat.pixels.size(); ++i) {
      flat.pixels[i] = static_cast<std::uint8_t>(60 + i / 3 % 48);
    }
    return flat;
  }();
  test::ExpectNear(Decoded(Lossy(smooth)), smooth, 6);
}

TEST(Webp, TransparencyIsCompositedOverWhite) {
  const std::uint8_t rgba[] = {255, 0, 0, 255, 0, 255, 0, 0, 0, 0, 200, 51, 10, 20, 30, 254};
  std::uint8_t* data = nullptr;
  const std::size_t size = WebPEncodeLosslessRGBA(rgba, 4, 1, 16, &data);
  const Image image = Decoded(CopyAndFree(data, size));
  const std::vector<std::uint8_t> expected = {255, 0, 0, 255, 255, 255, 204, 204, 244, 11, 21, 31};
  EXPECT_EQ(image.pixels, expected);
}

TEST(Webp, ExifRotatesTheImage) {
  const Image image = Gradient(20, 12);
  const auto file = Extended(Lossless(image), image, 8, test::Exif(6));
  const Image turned = Decoded(file);
  EXPECT_EQ(turned.width, 12);
  EXPECT_EQ(turned.height, 20);
  EXPECT_EQ(turned.pixels[0], image.Row(11)[0]);
  EXPECT_EQ(turned.pixels[1], image.Row(11)[1]);
  EXPECT_EQ(Probe(file)->orientation, 6);
}

TEST(Webp, AnAnimationIsAClearError) {
  const Image image = Gradient(20, 12);
  EXPECT_EQ(ErrorOf(Extended(Lossless(image), image, 2, {})),
            "webp: data: expected a still image, found an animation");
}

TEST(Webp, DownscalesToTheTargetSide) {
  const auto file = Lossless(Gradient(120, 90));
  const Image small = Decoded(file, 30);
  EXPECT_EQ(small.width, 30);
  EXPECT_EQ(small.height, 23);
  EXPECT_NEAR(small.Row(11)[15 * 3], 128, 5);
  EXPECT_NEAR(small.Row(11)[15 * 3 + 1], 128, 5);
  EXPECT_EQ(Decoded(file, 90).width, 120);
  EXPECT_EQ(Decoded(file, 1).width, 1);
}

// The padding byte after the first chunk of a simple file.
std::size_t PaddingOf(const std::vector<std::byte>& simple) {
  return std::to_integer<std::size_t>(simple[16]) % 2;
}

TEST(Webp, TruncatedAnywhereIsAnError) {
  bool is_padded = false;
  for (int width = 36; width < 44; ++width) {
    const Image image = Gradient(width, 24);
    for (const auto& file : {Lossy(image), Lossless(image)}) {
      test::ExpectErrorWhereverCut(file, PaddingOf(file));
      is_padded = is_padded || PaddingOf(file) == 1;
    }
  }
  EXPECT_TRUE(is_padded);
}

// Chunks after the pixels may be missing and are then ignored.
TEST(Webp, TruncatedAfterThePixelsIsAnImage) {
  const Image image = Gradient(40, 24);
  const auto still = Lossy(image);
  const auto exif = test::Exif(1);
  const auto file = Extended(still, image, 8, exif);
  test::ExpectErrorWhereverCut(file, 8 + exif.size() + PaddingOf(still));
}

TEST(Webp, BytesAfterTheEndAreHarmless) {
  const Image image = Gradient(40, 24);
  auto file = Lossless(image);
  file.resize(file.size() + 9, std::byte{7});
  test::ExpectNear(Decoded(file), image, 0);
}

// The container is complete, but the image inside is truncated.
TEST(Webp, TruncatedContainerIsAnError) {
  const auto whole = Lossy(Gradient(64, 64));
  for (std::size_t size = 20; size + 2 < whole.size(); size += 7) {
    auto cut =
        std::vector<std::byte>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    for (std::size_t i = 0; i < 4; ++i) {
      cut[4 + i] = static_cast<std::byte>((size - 8) >> (8 * i));
      cut[16 + i] = static_cast<std::byte>((size - 20) >> (8 * i));
    }
    SCOPED_TRACE(size);
    ErrorOf(cut);
  }
}

}  // namespace
}  // namespace edgevlm
