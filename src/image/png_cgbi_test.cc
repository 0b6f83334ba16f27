#include "image/png_cgbi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "image/orient.h"
#include "image/testing/images.h"
#include "image/testing/pngs.h"

namespace edgevlm {
namespace {

using test::BytesOf;
using test::Chunk;
using test::Decoded;
using test::ErrorOf;
using test::Gradient;

constexpr std::size_t kEndChunkBytes = 12;
constexpr std::size_t kChecksumBytes = 4;  // of the pixels, before it

// What zlib writes without its header and checksum.
std::vector<std::byte> Deflated(const std::vector<std::uint8_t>& values) {
  z_stream stream = {};
  constexpr int kRaw = -15, kMemory = 8;
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, kRaw, kMemory, Z_DEFAULT_STRATEGY), Z_OK);
  std::vector<std::byte> data(deflateBound(&stream, static_cast<uLong>(values.size())));
  stream.next_in = const_cast<Bytef*>(values.data());
  stream.avail_in = static_cast<uInt>(values.size());
  stream.next_out = reinterpret_cast<Bytef*>(data.data());
  stream.avail_out = static_cast<uInt>(data.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  data.resize(stream.total_out);
  deflateEnd(&stream);
  return data;
}

struct CgbiKind {
  int channels = 4;
  std::size_t chunks = 1;  // of the pixels
  std::vector<std::byte> exif = {};
};

// values: [height, width, channels] as such a file stores them, blue first.
std::vector<std::byte> Cgbi(int width, int height, const std::vector<std::uint8_t>& values,
                            const CgbiKind& kind) {
  std::vector<std::byte> file = BytesOf("\x89PNG\r\n\x1A\n");
  const auto add = [&](const char* name, const std::vector<std::byte>& data) {
    const auto chunk = Chunk(name, data);
    file.insert(file.end(), chunk.begin(), chunk.end());
  };
  std::vector<std::uint8_t> rows;
  const auto row = static_cast<std::size_t>(width * kind.channels);
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    rows.push_back(0);  // no filter
    rows.insert(rows.end(), values.begin() + static_cast<std::ptrdiff_t>(y * row),
                values.begin() + static_cast<std::ptrdiff_t>((y + 1) * row));
  }
  const auto deflated = Deflated(rows);
  const char color_type = kind.channels == 4 ? 6 : 2;
  add("CgBI", BytesOf(std::string_view("\x50\0\x20\6", 4)));
  add("IHDR",
      BytesOf(std::string("\0\0\0", 3) + static_cast<char>(width) + std::string("\0\0\0", 3) +
              static_cast<char>(height) + '\x08' + color_type + std::string(3, '\0')));
  if (!kind.exif.empty()) add("eXIf", kind.exif);
  for (std::size_t i = 0; i < kind.chunks; ++i) {
    const auto at = [&](std::size_t part) {
      return deflated.begin() + static_cast<std::ptrdiff_t>(deflated.size() * part / kind.chunks);
    };
    add("IDAT", {at(i), at(i + 1)});
  }
  add("IEND", {});
  return file;
}

std::vector<std::uint8_t> BlueFirst(const Image& image) {
  std::vector<std::uint8_t> values = image.pixels;
  for (std::size_t i = 0; i < values.size(); i += 3) std::swap(values[i], values[i + 2]);
  return values;
}

TEST(Cgbi, ColorsArePremultiplied) {
  // Blue, green, red, opacity: opaque orange; red at a fifth; nothing; more than opacity allows.
  const auto file = Cgbi(4, 1, {0, 128, 255, 255, 0, 0, 51, 51, 0, 0, 0, 0, 9, 9, 200, 100}, {});
  EXPECT_EQ(Decoded(file).pixels,
            (std::vector<std::uint8_t>{255, 128, 0, 255, 204, 204, 255, 255, 255, 255, 164, 164}));
}

TEST(Cgbi, OpaqueAndInSeveralChunks) {
  const Image image = Gradient(40, 30);
  for (const std::size_t chunks : {1u, 2u, 7u}) {
    const auto file = Cgbi(40, 30, BlueFirst(image), {.channels = 3, .chunks = chunks});
    test::ExpectNear(Decoded(file), image, 0);
  }
}

TEST(Cgbi, ExifRotatesTheImage) {
  const Image image = Gradient(40, 30);
  const auto file = Cgbi(40, 30, BlueFirst(image), {.channels = 3, .exif = test::Exif(6)});
  test::ExpectNear(Decoded(file), Upright(image, 6), 0);
}

TEST(Cgbi, TruncatedAnywhereIsAnError) {
  const Image image = Gradient(40, 30);
  for (const std::size_t chunks : {1u, 3u}) {
    const auto file = Cgbi(40, 30, BlueFirst(image), {.channels = 3, .chunks = chunks});
    // The checksum is needed: zlib has none here.
    test::ExpectErrorWhereverCut(file, kEndChunkBytes);
  }
}

TEST(Cgbi, AChangedByteOfThePixelsIsAnError) {
  const Image image = Gradient(40, 30);
  auto file = Cgbi(40, 30, BlueFirst(image), {.channels = 3});
  file[file.size() - kEndChunkBytes - kChecksumBytes - 9] ^= std::byte{1};
  EXPECT_EQ(ErrorOf(file),
            "png: data: expected a valid image, found a wrong checksum of a chunk IDAT");
}

TEST(Cgbi, TheHeaderMustFollow) {
  std::vector<std::byte> file = BytesOf("\x89PNG\r\n\x1A\n");
  for (const char* name : {"CgBI", "IDAT"}) {
    const auto chunk = Chunk(name, BytesOf("1234"));
    file.insert(file.end(), chunk.begin(), chunk.end());
  }
  EXPECT_EQ(ErrorOf(file), "png: data: expected a valid image, found no IHDR chunk");
}

}  // namespace
}  // namespace edgevlm
