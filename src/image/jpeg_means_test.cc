#include "image/jpeg_means.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>

#include "image/jpeg_huffman.h"
#include "image/testing/jpegs.h"

namespace edgevlm {
namespace {

using test::Encoded;
using test::JpegKind;

// Soft shapes with grain of this strength: many coefficients, and with 255 all of them.
std::vector<std::uint8_t> Grainy(int width, int height, int components, int grain) {
  std::mt19937 rng(7);
  std::vector<std::uint8_t> values;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < components; ++c) {
        const int soft = 40 + (x * (c + 1) + y * (3 - c)) % 180;
        const int rough = static_cast<int>(rng() % 256);
        values.push_back(static_cast<std::uint8_t>((soft * (255 - grain) + rough * grain) / 255));
      }
    }
  }
  return values;
}

// libjpeg's state after the header at this scale, and its own pixels.
class Reference {
 public:
  explicit Reference(std::span<const std::byte> file, unsigned eighths = 1) {
    state_.err = jpeg_std_error(&errors_);
    jpeg_create_decompress(&state_);
    jpeg_mem_src(&state_, Unsigned(file), static_cast<unsigned long>(file.size()));
    jpeg_read_header(&state_, TRUE);
    state_.out_color_space = JCS_RGB;
    state_.scale_num = eighths;
    state_.scale_denom = 8;
    jpeg_calc_output_dimensions(&state_);
  }
  ~Reference() { jpeg_destroy_decompress(&state_); }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  jpeg_decompress_struct& state() { return state_; }

  Image Pixels() {
    jpeg_start_decompress(&state_);
    Image image(static_cast<int>(state_.output_width), static_cast<int>(state_.output_height));
    for (int y = 0; y < image.height; ++y) {
      JSAMPROW row = image.Row(y);
      jpeg_read_scanlines(&state_, &row, 1);
    }
    jpeg_finish_decompress(&state_);
    return image;
  }

 private:
  jpeg_decompress_struct state_ = {};
  jpeg_error_mgr errors_ = {};
};

void ExpectSameAsLibjpeg(std::span<const std::byte> file) {
  Reference reference(file);
  const std::optional<Image> found = DecodeMeans(reference.state());
  ASSERT_TRUE(found.has_value());
  const Image expected = reference.Pixels();
  ASSERT_EQ(found->width, expected.width);
  ASSERT_EQ(found->height, expected.height);
  EXPECT_EQ(found->pixels, expected.pixels);
}

TEST(JpegMeans, SamePixelsAsLibjpeg) {
  constexpr int kSizes[][2] = {{1, 1}, {9, 7}, {16, 17}, {203, 117}};
  for (const auto& [width, height] : kSizes) {
    for (const int grain : {0, 40, 255}) {
      const auto values = Grainy(width, height, 3, grain);
      for (const int sampling : {0, 1, 2, 3}) {
        for (const bool optimized : {false, true}) {
          for (const unsigned restart_rows : {0u, 1u}) {
            JpegKind kind = {.restart_rows = restart_rows};
            kind.across = 1 + sampling % 2;
            kind.down = 1 + sampling / 2;
            kind.optimized = optimized;
            kind.quality = grain == 40 ? 75 : 97;
            SCOPED_TRACE(testing::Message()
                         << width << " x " << height << " grain " << grain << " sampling "
                         << kind.across << kind.down << " optimized " << optimized << " restarts "
                         << restart_rows);
            ExpectSameAsLibjpeg(Encoded(width, height, values, kind));
          }
        }
      }
    }
  }
}

TEST(JpegMeans, SamePixelsAsLibjpegInGray) {
  for (const int quality : {20, 75, 100}) {
    JpegKind kind = {.components = 1, .in = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE};
    kind.quality = quality;
    SCOPED_TRACE(quality);
    ExpectSameAsLibjpeg(Encoded(203, 117, Grainy(203, 117, 1, 120), kind));
  }
}

TEST(JpegMeans, LeavesOtherKindsToLibjpeg) {
  const auto values = Grainy(64, 48, 3, 20);
  const auto expect_left = [](const std::vector<std::byte>& file, unsigned eighths = 1) {
    Reference reference(file, eighths);
    EXPECT_FALSE(DecodeMeans(reference.state()));
  };
  expect_left(Encoded(64, 48, values, {.progressive = true}));
  expect_left(Encoded(64, 48, values, {.stored = JCS_RGB}));
  expect_left(Encoded(64, 48, values, {.across = 4, .down = 1}));
  expect_left(Encoded(64, 48, values, {}), 2);
}

// The header may refer to missing tables, which libjpeg detects only later.
TEST(JpegMeans, LeavesImpossibleTablesToLibjpeg) {
  const auto whole = Encoded(64, 48, Grainy(64, 48, 3, 20), {});
  for (const int number : {3, 11, 255}) {
    Reference reference(whole);
    jpeg_component_info& component = reference.state().comp_info[2];
    for (int* table : {&component.quant_tbl_no, &component.dc_tbl_no, &component.ac_tbl_no}) {
      const int right = std::exchange(*table, number);
      EXPECT_FALSE(DecodeMeans(reference.state())) << number;
      *table = right;
    }
    EXPECT_TRUE(DecodeMeans(reference.state()));
  }
}

// Corrupt data are left to libjpeg, which continues undisturbed.
TEST(JpegMeans, LeavesTruncatedFilesToLibjpeg) {
  for (const unsigned restart_rows : {0u, 1u}) {
    const auto whole =
        Encoded(40, 24, Grainy(40, 24, 3, 40), {.quality = 60, .restart_rows = restart_rows});
    Reference reference(whole);
    jpeg_source_mgr* source = reference.state().src;
    const std::span rest(source->next_input_byte, source->bytes_in_buffer);
    for (std::size_t size = 0; size < rest.size(); ++size) {
      // A copy of just that size, so that a sanitizer detects any read beyond it.
      const std::vector<std::uint8_t> cut(rest.begin(),
                                          rest.begin() + static_cast<std::ptrdiff_t>(size));
      source->next_input_byte = cut.data();
      source->bytes_in_buffer = cut.size();
      EXPECT_FALSE(DecodeMeans(reference.state())) << size;
    }
    source->next_input_byte = rest.data();
    source->bytes_in_buffer = rest.size();
    EXPECT_TRUE(DecodeMeans(reference.state()));
  }
}

// With any byte changed, decoding gives pixels or is left to libjpeg. For the sanitizers.
TEST(JpegMeans, SurvivesCorruptData) {
  const auto whole = Encoded(40, 24, Grainy(40, 24, 3, 90), {.restart_rows = 1});
  Reference reference(whole);
  jpeg_source_mgr* source = reference.state().src;
  const std::span rest(source->next_input_byte, source->bytes_in_buffer);
  std::mt19937 rng(11);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint8_t> wrong(rest.begin(), rest.end());
    for (int i = 0; i < 1 + round % 4; ++i) {
      wrong[rng() % wrong.size()] = static_cast<std::uint8_t>(rng());
    }
    source->next_input_byte = wrong.data();
    source->bytes_in_buffer = wrong.size();
    const std::optional<Image> image = DecodeMeans(reference.state());
    if (image) {
      EXPECT_EQ(image->pixels.size(), 5u * 3 * 3) << round;
    }
  }
  source->next_input_byte = rest.data();
  source->bytes_in_buffer = rest.size();
}

// Codes 0, 10, 110, ... of 1 to 16 bits, the symbol of a code being its length.
TEST(HuffmanTable, FindsCodesOfAllLengths) {
  std::array<std::uint8_t, 16> counts;
  counts.fill(1);
  std::array<std::uint8_t, 16> symbols;
  for (std::size_t i = 0; i < 16; ++i) symbols[i] = static_cast<std::uint8_t>(i + 1);
  HuffmanTable table;
  ASSERT_TRUE(table.Fill(counts, symbols));
  for (int length = 1; length <= 16; ++length) {
    const std::uint64_t window = ~std::uint64_t{0} << (64 - length) << 1;
    EXPECT_EQ(table.Find(window).length, length);
    EXPECT_EQ(table.Find(window).symbol, length);
  }
  EXPECT_EQ(table.Find(~std::uint64_t{0}).length, 0);
}

TEST(HuffmanTable, RejectsTooManyCodes) {
  std::array<std::uint8_t, 16> counts = {};
  const std::array<std::uint8_t, 4> symbols = {1, 2, 3, 4};
  HuffmanTable table;
  counts[0] = 3;  // of one bit there are two
  EXPECT_FALSE(table.Fill(counts, symbols));
  counts[0] = 0;
  counts[15] = 5;  // more than symbols
  EXPECT_FALSE(table.Fill(counts, symbols));
}

}  // namespace
}  // namespace edgevlm
