// Images and checks shared by the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/decode.h"

namespace edgevlm::test {

// Red grows to the right, green downwards, blue is flat but for one corner: no two orientations
// look alike, and it survives lossy formats.
inline Image Gradient(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.Row(y) + x * 3;
      pixel[0] = static_cast<std::uint8_t>(255 * x / std::max(1, width - 1));
      pixel[1] = static_cast<std::uint8_t>(255 * y / std::max(1, height - 1));
      pixel[2] = 2 * x < width && 2 * y < height ? 220 : 40;
    }
  }
  return image;
}

inline std::vector<std::byte> BytesOf(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// The decoded image; a test failure if decoding fails.
inline Image Decoded(std::span<const std::byte> file, int target_side = 0) {
  Result<Image> image = Decode(file, {}, target_side);
  if (!image) {
    ADD_FAILURE() << image.error().message;
    return {};
  }
  return *std::move(image);
}

// The one-line error message; a test failure if decoding succeeds.
inline std::string ErrorOf(std::span<const std::byte> file, const DecodeLimits& limits = {}) {
  const Result<Image> image = Decode(file, limits);
  if (image) {
    ADD_FAILURE() << "decoded a " << image->width << " x " << image->height << " image";
    return "";
  }
  const std::string& message = image.error().message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  return message;
}

inline void ExpectNear(const Image& found, const Image& expected, int tolerance) {
  ASSERT_EQ(found.width, expected.width);
  ASSERT_EQ(found.height, expected.height);
  int worst = 0;
  for (std::size_t i = 0; i < found.pixels.size(); ++i) {
    worst = std::max(worst, std::abs(found.pixels[i] - expected.pixels[i]));
  }
  EXPECT_LE(worst, tolerance);
}

// Every prefix of the file must be an error, except those that lack at most the last `spare` bytes,
// which hold no pixels: these give the same image.
inline void ExpectErrorWhereverCut(std::span<const std::byte> file, std::size_t spare = 0,
                                   int target_side = 0) {
  const Image whole = Decoded(file, target_side);
  for (std::size_t size = 0; size < file.size(); ++size) {
    // A copy of just that size, so that a sanitizer detects any read beyond it.
    const std::vector<std::byte> cut(file.begin(),
                                     file.begin() + static_cast<std::ptrdiff_t>(size));
    const Result<Image> image = Decode(cut, {}, target_side);
    EXPECT_EQ(image.ok(), size >= file.size() - spare) << size;
    if (image) {
      EXPECT_EQ(image->pixels, whole.pixels) << size;
    } else {
      EXPECT_EQ(image.error().message.find('\n'), std::string::npos) << size;
    }
  }
}

// A little-endian EXIF block, without "Exif\0\0", with this entry only.
inline std::vector<std::byte> Exif(int orientation) {
  std::string block("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0?\0\0\0\0\0\0\0", 26);
  block[18] = static_cast<char>(orientation);
  return BytesOf(block);
}

}  // namespace edgevlm::test
