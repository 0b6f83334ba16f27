#include "image/padded_tiles.h"

#include <gtest/gtest.h>

#include <vector>

namespace edgevlm {
namespace {

TEST(ChoosePaddedTiles, FitsTheLongerSideFirst) {
  EXPECT_EQ(ChoosePaddedTiles({336, 336}, 16), (TileGrid{.rows = 4, .cols = 4}));
  EXPECT_EQ(ChoosePaddedTiles({640, 480}, 16), (TileGrid{.rows = 3, .cols = 4}));
  EXPECT_EQ(ChoosePaddedTiles({480, 640}, 16), (TileGrid{.rows = 4, .cols = 3}));
  EXPECT_EQ(ChoosePaddedTiles({640, 480}, 4), (TileGrid{.rows = 2, .cols = 2}));
  EXPECT_EQ(ChoosePaddedTiles({640, 480}, 1), (TileGrid{.rows = 1, .cols = 1}));
  EXPECT_EQ(ChoosePaddedTiles({65500, 1}, 16), (TileGrid{.rows = 1, .cols = 16}));
  EXPECT_EQ(ChoosePaddedTiles({1, 65500}, 16), (TileGrid{.rows = 16, .cols = 1}));
}

constexpr int kSide = 8;

std::vector<float> Prepared(const Image& image, const TileGrid& grid) {
  const Preprocessing preprocessing = {.size = kSide,
                                       .mean = {0, 0, 0},
                                       .std = {1, 1, 1},
                                       .filter = Filter::kBilinear,
                                       .fill = {255, 255, 255},
                                       .tile_resize = TileResize::kPadded};
  std::vector<float> out(static_cast<std::size_t>(grid.pixels(kSide)) * 3);
  ThreadPool pool(2);
  PreprocessTiles(image, grid, preprocessing, {out.data(), grid.pixels(kSide), 3}, pool);
  return out;
}

float At(const std::vector<float>& pixels, int tile, int y, int x) {
  return pixels[static_cast<std::size_t>((tile * kSide + y) * kSide + x) * 3];
}

// A black image of 32 x 20 on 2 x 2 tiles of 8: 16 x 10, with three white rows above and below.
TEST(PreprocessPaddedTiles, PadsWithWhite) {
  const Image image(32, 20);
  const std::vector<float> pixels = Prepared(image, {.rows = 2, .cols = 2});
  for (int x = 0; x < kSide; ++x) {
    for (int y = 0; y < kSide; ++y) {
      EXPECT_EQ(At(pixels, 0, y, x), y < 3 ? 1.0f : 0.0f);
      EXPECT_EQ(At(pixels, 3, y, x), y < 5 ? 0.0f : 1.0f);
    }
    // The whole is half as large: its bars end between two rows.
    EXPECT_NEAR(At(pixels, 4, 0, x), 1.0f, 0.15f);
    EXPECT_NEAR(At(pixels, 4, 1, x), 0.5f, 1e-5f);
    EXPECT_NEAR(At(pixels, 4, 4, x), 0.0f, 1e-5f);
  }
}

// Of odd padding the smaller half comes first; a single color stays itself, cubic or not.
TEST(PreprocessPaddedTiles, KeepsAColorAndAnyShape) {
  for (const ImageSize size : {ImageSize{1, 1}, {1, 4000}, {4000, 1}, {7, 5}, {300, 299}}) {
    Image image(size.width, size.height);
    std::fill(image.pixels.begin(), image.pixels.end(), std::uint8_t{255});
    const TileGrid grid = ChoosePaddedTiles(size, 6);
    for (const float value : Prepared(image, grid)) ASSERT_NEAR(value, 1.0f, 1e-5f);
  }
}

}  // namespace
}  // namespace edgevlm
