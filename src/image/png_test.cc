#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>
#include <zlib.h>

#include "image/testing/images.h"
#include "image/testing/pngs.h"
#include "image/write.h"

namespace edgevlm {
namespace {

using test::BytesOf;
using test::Chunk;
using test::Decoded;
using test::ErrorOf;
using test::Gradient;

using Rows = std::vector<std::vector<std::uint8_t>>;  // packed, as PNG stores them

struct PngKind {
  int depth = 8;
  int color = PNG_COLOR_TYPE_RGB;
  bool interlaced = false;
  std::vector<png_color> palette = {};
  std::vector<std::uint8_t> palette_opacity = {};
  const png_color_16* transparent = nullptr;
  std::vector<std::byte> exif = {};
};

void WriteTo(png_structp state, png_bytep data, png_size_t size) {
  auto* file = static_cast<std::vector<std::byte>*>(png_get_io_ptr(state));
  const auto bytes = std::as_bytes(std::span(data, size));
  file->insert(file->end(), bytes.begin(), bytes.end());
}

std::vector<std::byte> Encoded(int width, Rows rows, PngKind kind) {
  std::vector<std::byte> file;
  png_structp state = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(state);
  png_set_write_fn(state, &file, WriteTo, nullptr);
  png_set_IHDR(state, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(rows.size()),
               kind.depth, kind.color, kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
  if (!kind.palette.empty()) {
    png_set_PLTE(state, info, kind.palette.data(), static_cast<int>(kind.palette.size()));
  }
  if (kind.transparent != nullptr) png_set_tRNS(state, info, nullptr, 0, kind.transparent);
  if (!kind.palette_opacity.empty()) {
    png_set_tRNS(state, info, kind.palette_opacity.data(),
                 static_cast<int>(kind.palette_opacity.size()), nullptr);
  }
  if (!kind.exif.empty()) {
    png_set_eXIf_1(state, info, static_cast<png_uint_32>(kind.exif.size()),
                   reinterpret_cast<png_bytep>(kind.exif.data()));
  }
  std::vector<png_bytep> pointers;
  for (auto& row : rows) pointers.push_back(row.data());
  png_set_rows(state, info, pointers.data());
  png_write_png(state, info, PNG_TRANSFORM_IDENTITY, nullptr);
  png_destroy_write_struct(&state, &info);
  return file;
}

// Gray values 0 .. 2^depth - 1 from left to right, packed; two equal rows.
Rows GrayRamp(int width, int depth) {
  std::vector<std::uint8_t> row(static_cast<std::size_t>((width * depth + 7) / 8));
  for (int x = 0; x < width; ++x) {
    const int value = x % (1 << depth);
    const int bit = x * depth;
    row[static_cast<std::size_t>(bit / 8)] |=
        static_cast<std::uint8_t>(value << (8 - depth - bit % 8));
  }
  return {row, row};
}

constexpr std::ptrdiff_t kAfterHeader = 8 + 25;  // signature, IHDR

TEST(Png, ReadsGrayOfAllDepths) {
  for (const int depth : {1, 2, 4, 8}) {
    for (const bool interlaced : {false, true}) {
      const int width = 37;
      const Image image =
          Decoded(Encoded(width, GrayRamp(width, depth), {depth, PNG_COLOR_TYPE_GRAY, interlaced}));
      ASSERT_EQ(image.width, width) << depth;
      for (int x = 0; x < width; ++x) {
        const int expected = x % (1 << depth) * 255 / ((1 << depth) - 1);
        for (int c = 0; c < 3; ++c) EXPECT_EQ(image.Row(1)[x * 3 + c], expected) << depth;
      }
    }
  }
}

TEST(Png, SixteenBitsAreRounded) {
  // 0x01FE of 0xFFFF is 1.98 of 255: cutting would give 1.
  const Image gray = Decoded(Encoded(2, {{0x01, 0xFE, 0xFF, 0xFF}}, {16, PNG_COLOR_TYPE_GRAY}));
  EXPECT_EQ(gray.pixels, (std::vector<std::uint8_t>{2, 2, 2, 255, 255, 255}));
  const Image rgb =
      Decoded(Encoded(1, {{0x80, 0x80, 0x01, 0xFE, 0x00, 0x10}}, {16, PNG_COLOR_TYPE_RGB}));
  EXPECT_EQ(rgb.pixels, (std::vector<std::uint8_t>{128, 2, 0}));
}

TEST(Png, ReadsPalettesOfAllDepthsWithOpacity) {
  const std::vector<png_color> palette = {{255, 0, 0}, {0, 100, 200}};
  for (const int depth : {1, 2, 4, 8}) {
    std::vector<std::uint8_t> row = {
        static_cast<std::uint8_t>(depth == 8 ? 0 : 1 << (8 - 2 * depth))};
    if (depth == 8) row.push_back(1);
    PngKind kind{depth, PNG_COLOR_TYPE_PALETTE, false, palette};
    EXPECT_EQ(Decoded(Encoded(2, {row}, kind)).pixels,
              (std::vector<std::uint8_t>{255, 0, 0, 0, 100, 200}))
        << depth;
    kind.palette_opacity = {0, 255};
    EXPECT_EQ(Decoded(Encoded(2, {row}, kind)).pixels,
              (std::vector<std::uint8_t>{255, 255, 255, 0, 100, 200}))
        << depth;
  }
}

TEST(Png, OneColorCanBeTransparent) {
  png_color_16 transparent = {};
  transparent.red = 1;
  transparent.green = 2;
  transparent.blue = 3;
  transparent.gray = 0x1234;
  EXPECT_EQ(Decoded(Encoded(2, {{1, 2, 3, 1, 2, 4}},
                            {.depth = 8, .color = PNG_COLOR_TYPE_RGB, .transparent = &transparent}))
                .pixels,
            (std::vector<std::uint8_t>{255, 255, 255, 1, 2, 4}));
  // All 16 bits count, not only the 8 that stay.
  EXPECT_EQ(
      Decoded(Encoded(2, {{0x12, 0x34, 0x12, 0x35}},
                      {.depth = 16, .color = PNG_COLOR_TYPE_GRAY, .transparent = &transparent}))
          .pixels,
      (std::vector<std::uint8_t>{255, 255, 255, 18, 18, 18}));
}

TEST(Png, TransparencyIsCompositedOverWhite) {
  for (const bool interlaced : {false, true}) {
    EXPECT_EQ(Decoded(Encoded(3, {{255, 0, 0, 255, 0, 0, 200, 51, 9, 9, 9, 0}},
                              {8, PNG_COLOR_TYPE_RGB_ALPHA, interlaced}))
                  .pixels,
              (std::vector<std::uint8_t>{255, 0, 0, 204, 204, 244, 255, 255, 255}));
    EXPECT_EQ(Decoded(Encoded(2, {{100, 255, 100, 0}}, {8, PNG_COLOR_TYPE_GRAY_ALPHA, interlaced}))
                  .pixels,
              (std::vector<std::uint8_t>{100, 100, 100, 255, 255, 255}));
    EXPECT_EQ(Decoded(Encoded(1, {{0, 0, 0, 0, 0xC8, 0xC8, 0x33, 0x33}},
                              {16, PNG_COLOR_TYPE_RGB_ALPHA, interlaced}))
                  .pixels,
              (std::vector<std::uint8_t>{204, 204, 244}));
  }
}

TEST(Png, InterlacedIsTheSameImage) {
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 2}, {8, 8}, {33, 19}}) {
    const Image image = Gradient(width, height);
    Rows rows;
    for (int y = 0; y < height; ++y) rows.emplace_back(image.Row(y), image.Row(y) + width * 3);
    test::ExpectNear(Decoded(Encoded(width, rows, {8, PNG_COLOR_TYPE_RGB, true})), image, 0);
    test::ExpectNear(Decoded(EncodePng(image)), image, 0);
  }
}

TEST(Png, ExifRotatesTheImage) {
  PngKind kind;
  kind.exif = test::Exif(8);
  const Image turned = Decoded(Encoded(2, {{1, 2, 3, 4, 5, 6}}, kind));
  EXPECT_EQ(turned.width, 1);
  EXPECT_EQ(turned.pixels, (std::vector<std::uint8_t>{4, 5, 6, 1, 2, 3}));
}

// After the last byte of the pixels come their checksum and an empty end chunk.
constexpr std::size_t kAfterPixels = 4 + 12;

TEST(Png, TruncatedAnywhereIsAnError) {
  for (const auto& [width, height] : {std::pair{30, 20}, {5, 1}, {1, 3}}) {
    const Image image = Gradient(width, height);
    test::ExpectErrorWhereverCut(EncodePng(image), kAfterPixels);
    Rows rows;
    for (int y = 0; y < height; ++y) rows.emplace_back(image.Row(y), image.Row(y) + width * 3);
    test::ExpectErrorWhereverCut(Encoded(width, rows, {8, PNG_COLOR_TYPE_RGB, true}), kAfterPixels);
  }
}

// A truncated text instead of the end chunk.
TEST(Png, TruncatedAfterThePixelsIsAnImage) {
  const Image image = Gradient(30, 20);
  auto file = EncodePng(image);
  file.resize(file.size() - 12);
  const std::size_t end = file.size();
  const auto text = Chunk("tEXt", BytesOf(std::string_view("Title\0no more", 13)));
  file.insert(file.end(), text.begin(), text.end());
  for (std::size_t size = end; size <= file.size(); ++size) {
    test::ExpectNear(Decoded(std::span(file).first(size)), image, 0);
  }
}

TEST(Png, AWrongChecksumOfThePixelsIsAnError) {
  auto file = EncodePng(Gradient(30, 20));
  file[file.size() - 14] ^= std::byte{1};
  EXPECT_THAT(ErrorOf(file), testing::StartsWith("png: data: expected a valid image, found '"));
}

TEST(Png, AChangedByteOfThePixelsIsAnError) {
  auto file = EncodePng(Gradient(30, 20));
  file[file.size() - 30] ^= std::byte{1};
  EXPECT_THAT(ErrorOf(file), testing::StartsWith("png: data: expected a valid image, found '"));
}

// 112 MB of zeros fit into 109 KB, and would ask for 2.7 GB of memory. The first tenth is here.
TEST(Png, ABombIsRejectedByItsHeader) {
  constexpr int kSide = 30'000;
  const auto whole = Encoded(8, {{0}}, {1, PNG_COLOR_TYPE_GRAY});
  std::vector<std::byte> header;
  for (const int side : {kSide, kSide}) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      header.push_back(static_cast<std::byte>(side >> shift));
    }
  }
  for (const int value : {1, 0, 0, 0, 0}) header.push_back(static_cast<std::byte>(value));
  const std::vector<std::uint8_t> zeros(std::size_t{kSide / 10} * (kSide / 8 + 1));
  uLongf size = compressBound(zeros.size());
  std::vector<std::byte> packed(size);
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size, zeros.data(), zeros.size(), 1);
  packed.resize(size);
  std::vector<std::byte> file(whole.begin(), whole.begin() + 8);
  for (const auto& chunk : {Chunk("IHDR", header), Chunk("IDAT", packed), Chunk("IEND", {})}) {
    file.insert(file.end(), chunk.begin(), chunk.end());
  }
  EXPECT_LT(file.size(), 100'000u);
  EXPECT_EQ(ErrorOf(file),
            "png: width x height: expected at most 100000000 pixels, found 30000 x 30000");
}

// Each would inflate to 100 MB; they are skipped, so time and memory stay small.
TEST(Png, TextsAndProfilesAreNotInflated) {
  const Image image = Gradient(9, 7);
  const auto plain = EncodePng(image);
  const std::vector<std::uint8_t> zeros(10'000'000);
  uLongf size = compressBound(zeros.size());
  std::vector<std::byte> packed(size);
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size, zeros.data(), zeros.size(), 1);
  packed.resize(size);
  auto data = BytesOf(std::string_view("name\0\0", 6));
  data.insert(data.end(), packed.begin(), packed.end());
  for (const char* name : {"zTXt", "iCCP"}) {
    auto file = plain;
    const auto chunk = Chunk(name, data);
    file.insert(file.begin() + kAfterHeader, chunk.begin(), chunk.end());
    test::ExpectNear(Decoded(file), image, 0);
  }
}

}  // namespace
}  // namespace edgevlm
