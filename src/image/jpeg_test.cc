#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/jpeg_scans.h"
#include "image/testing/images.h"
#include "image/testing/jpegs.h"
#include "image/write.h"

namespace edgevlm {
namespace {

using test::BytesOf;
using test::Decoded;
using test::Encoded;
using test::ErrorOf;
using test::Gradient;

// Smooth, so that coding loses little.
Image Smooth(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.Row(y) + x * 3;
      pixel[0] = static_cast<std::uint8_t>(40 + 120 * x / width);
      pixel[1] = static_cast<std::uint8_t>(60 + 120 * y / height);
      pixel[2] = 90;
    }
  }
  return image;
}

// The offset right after the marker FF `code`.
std::size_t After(const std::vector<std::byte>& file, int code) {
  for (std::size_t i = 2; i + 1 < file.size(); ++i) {
    if (file[i] == std::byte{0xFF} && file[i + 1] == static_cast<std::byte>(code)) return i + 2;
  }
  ADD_FAILURE() << "no marker " << code;
  return 2;
}

TEST(Jpeg, ReadsBaselineProgressiveAndRestarts) {
  const Image image = Smooth(53, 37);
  test::ExpectNear(Decoded(EncodeJpeg(image, 95)), image, 6);
  for (const bool progressive : {false, true}) {
    for (const unsigned restart_rows : {0u, 1u}) {
      const auto file =
          Encoded(53, 37, image.pixels, {.progressive = progressive, .restart_rows = restart_rows});
      test::ExpectNear(Decoded(file), image, 6);
    }
  }
  const auto rgb = Encoded(53, 37, image.pixels, {.stored = JCS_RGB});
  test::ExpectNear(Decoded(rgb), image, 6);
}

TEST(Jpeg, ReadsGray) {
  std::vector<std::uint8_t> gray(20 * 10);
  Image expected(20, 10);
  for (std::size_t i = 0; i < gray.size(); ++i) {
    gray[i] = static_cast<std::uint8_t>(50 + i % 20 * 5);
    std::fill_n(expected.pixels.begin() + static_cast<std::ptrdiff_t>(i * 3), 3, gray[i]);
  }
  const auto file =
      Encoded(20, 10, gray, {.components = 1, .in = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE});
  test::ExpectNear(Decoded(file), expected, 4);
}

TEST(Jpeg, ReadsCmyk) {
  // Cyan 0, magenta 127, yellow 255 of 255, black 51 of 255: red, half green, no blue, a fifth off.
  constexpr int kInks[] = {0, 127, 255, 51};
  constexpr int kExpected[] = {204, 102, 0};
  for (const J_COLOR_SPACE stored : {JCS_CMYK, JCS_YCCK}) {
    for (const bool adobe : {false, true}) {
      if (stored == JCS_YCCK && !adobe) continue;  // only Adobe's marker identifies it
      std::vector<std::uint8_t> inks(16 * 16 * 4);
      for (std::size_t i = 0; i < inks.size(); ++i) {
        inks[i] = static_cast<std::uint8_t>(adobe ? 255 - kInks[i % 4] : kInks[i % 4]);
      }
      const auto file = Encoded(
          16, 16, inks, {.components = 4, .in = JCS_CMYK, .stored = stored, .adobe = adobe});
      const Image image = Decoded(file);
      ASSERT_EQ(image.pixels.size(), 16u * 16 * 3);
      for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(image.pixels[c], kExpected[c], 3) << stored;
    }
  }
}

TEST(Jpeg, ExifRotatesTheImageAndCorruptExifDoesNot) {
  const Image image = Smooth(48, 16);
  for (int orientation = 1; orientation <= 9; ++orientation) {
    const auto file = Encoded(48, 16, image.pixels, {.exif = test::Exif(orientation)});
    const bool exchanged = 5 <= orientation && orientation <= 8;
    EXPECT_EQ(Probe(file)->orientation, orientation == 9 ? 1 : orientation);
    EXPECT_EQ(Probe(file)->width, 48);
    EXPECT_EQ(Decoded(file).width, exchanged ? 16 : 48) << orientation;
  }
}

TEST(Jpeg, DownscalesByTheSmallestSufficientScale) {
  const Image image = Smooth(400, 200);
  const auto file = EncodeJpeg(image, 90);
  constexpr struct {
    int target, width, height;
  } kCases[] = {{50, 50, 25},    {51, 100, 50},   {100, 100, 50}, {101, 150, 75}, {336, 350, 175},
                {400, 400, 200}, {999, 400, 200}, {0, 400, 200},  {1, 50, 25}};
  for (const auto& c : kCases) {
    const Image small = Decoded(file, c.target);
    EXPECT_EQ(small.width, c.width) << c.target;
    EXPECT_EQ(small.height, c.height) << c.target;
    const std::uint8_t* middle = small.Row(c.height / 2) + c.width / 2 * 3;
    EXPECT_NEAR(middle[0], 100, 4) << c.target;
    EXPECT_NEAR(middle[1], 120, 4) << c.target;
  }
}

// At 1/8 scale most scans of a progressive image are skipped. Baseline and progressive coding
// of the same image keep the same coefficients, so the same pixels must come out.
TEST(Jpeg, ProgressiveDownscalesToTheSamePixels) {
  const Image image = Gradient(203, 117);
  for (const int target : {10, 26, 27, 100, 0}) {
    const Image expected = Decoded(Encoded(203, 117, image.pixels, {}), target);
    const Image found = Decoded(Encoded(203, 117, image.pixels, {.progressive = true}), target);
    EXPECT_EQ(found.pixels, expected.pixels) << target;
  }
}

TEST(Jpeg, SkippingScansChangesNoPixels) {
  const auto file = Encoded(203, 117, Gradient(203, 117).pixels, {.progressive = true});
  EXPECT_EQ(WithoutDetailScans(file, {}), file);
  MeansOnly luma = {};
  luma[1] = true;
  const auto lean = WithoutDetailScans(file, luma);
  EXPECT_LT(lean.size(), file.size());
  EXPECT_FALSE(lean.empty());
  EXPECT_EQ(WithoutDetailScans(lean, luma), lean);
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_TRUE(WithoutDetailScans(std::span(file).first(size), luma).empty()) << size;
  }
}

// Only the end marker may be missing, or half of it.
constexpr std::size_t kEndMarkBytes = 2;

TEST(Jpeg, TruncatedAnywhereIsAnErrorAtReducedSizeToo) {
  const auto pixels = Gradient(40, 24).pixels;
  for (const bool progressive : {false, true}) {
    test::ExpectErrorWhereverCut(Encoded(40, 24, pixels, {.progressive = progressive}),
                                 kEndMarkBytes, 4);
  }
}

TEST(Jpeg, TruncatedAnywhereIsAnError) {
  const Image image = Gradient(40, 24);
  for (const unsigned restart_rows : {0u, 1u}) {
    for (const bool progressive : {false, true}) {
      test::ExpectErrorWhereverCut(
          Encoded(
              40, 24, image.pixels,
              {.progressive = progressive, .restart_rows = restart_rows, .exif = test::Exif(6)}),
          kEndMarkBytes);
    }
    test::ExpectErrorWhereverCut(
        Encoded(40, 24, image.pixels, {.separate = true, .restart_rows = restart_rows}),
        kEndMarkBytes);
  }
  const auto file = EncodeJpeg(image, 80);
  EXPECT_EQ(ErrorOf(std::span(file).first(file.size() - 9)),
            "jpeg: data: expected a whole file, found its end after " +
                std::to_string(file.size() - 9) + " bytes");
}

// Data between the pixels and the end marker may be cut anywhere.
TEST(Jpeg, TruncatedAfterThePixelsIsAnImage) {
  const Image image = Gradient(40, 24);
  for (const bool progressive : {false, true}) {
    auto file = Encoded(40, 24, image.pixels, {.progressive = progressive});
    const Image expected = Decoded(file);
    const std::size_t end = file.size() - kEndMarkBytes;
    const auto comment = BytesOf(std::string_view("\xFF\xFE\0\x08trail.", 10));
    file.insert(file.begin() + static_cast<std::ptrdiff_t>(end), comment.begin(), comment.end());
    for (std::size_t size = end; size <= file.size(); ++size) {
      EXPECT_EQ(Decoded(std::span(file).first(size)).pixels, expected.pixels) << size;
    }
  }
}

// As above, with an end marker after the cut: the data still end too early.
TEST(Jpeg, AnEarlyEndMarkerIsAnError) {
  const auto whole = EncodeJpeg(Gradient(64, 64), 80);
  const std::size_t scan = After(whole, 0xDA) + 12;
  for (std::size_t size = scan; size + 4 < whole.size(); size += 5) {
    std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    cut.push_back(std::byte{0xFF});
    cut.push_back(std::byte{0xD9});
    SCOPED_TRACE(size);
    ErrorOf(cut);
  }
}

TEST(Jpeg, BytesBetweenMarkersAndAfterTheEndAreHarmless) {
  const Image image = Smooth(24, 16);
  auto file = EncodeJpeg(image, 95);
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(After(file, 0xDB) - 2), std::byte{0x55});
  for (int i = 0; i < 9; ++i) file.push_back(std::byte{7});
  test::ExpectNear(Decoded(file), image, 6);
}

TEST(Jpeg, HugeSizesAreRejectedByTheHeader) {
  auto file = EncodeJpeg(Gradient(24, 16), 80);
  const std::size_t frame = After(file, 0xC0);  // length 2, precision 1, height 2, width 2
  for (std::size_t i = 3; i < 7; ++i) file[frame + i] = std::byte{0xFF};
  EXPECT_EQ(ErrorOf(file),
            "jpeg: width x height: expected at most 100000000 pixels, found 65535 x 65535");
  file[frame + 3] = std::byte{0};
  file[frame + 4] = std::byte{1};
  EXPECT_EQ(ErrorOf(file),
            "jpeg: width x height: expected at most 65500 pixels a side, found 65535 x 1");
}

TEST(Jpeg, ThousandsOfScansAreRejected) {
  const Image image = Smooth(16, 16);
  const auto whole = Encoded(16, 16, image.pixels, {.progressive = true});
  EXPECT_TRUE(Decode(whole, {.scans = 10}));
  EXPECT_EQ(ErrorOf(whole, {.scans = 3}), "jpeg: scans: expected at most 3, found 4");
  // The first scan again and again: bytes up to the next marker that is not part of the data.
  const auto at = [&](std::size_t i) { return whole.begin() + static_cast<std::ptrdiff_t>(i); };
  const std::size_t begin = After(whole, 0xDA) - 2;
  std::size_t end = begin + 2;
  while (whole[end] != std::byte{0xFF} || whole[end + 1] == std::byte{0}) ++end;
  std::vector<std::byte> file(whole.begin(), at(end));
  for (int i = 0; i < 1000; ++i) file.insert(file.end(), at(begin), at(end));
  file.insert(file.end(), at(end), whole.end());
  EXPECT_EQ(ErrorOf(file), "jpeg: scans: expected at most 100, found 101");
}

TEST(Jpeg, TwelveBitsAreAClearError) {
  auto file = EncodeJpeg(Gradient(24, 16), 80);
  file[After(file, 0xC0) + 2] = std::byte{12};
  const auto image = Decode(file, {});
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(image.error().message, testing::HasSubstr("precision 12"));
}

}  // namespace
}  // namespace edgevlm
