#include "image/tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "image/resize.h"

namespace edgevlm {
namespace {

TEST(FitLongestEdge, KeepsProportionsAndMakesTheShorterSideEven) {
  EXPECT_EQ(FitLongestEdge(4000, 3000, 2048), (PictureSize{2048, 1536}));
  EXPECT_EQ(FitLongestEdge(300, 400, 2048), (PictureSize{1536, 2048}));
  EXPECT_EQ(FitLongestEdge(1000, 700, 1000), (PictureSize{1000, 700}));
  EXPECT_EQ(FitLongestEdge(1000, 701, 1000), (PictureSize{1000, 702}));
  EXPECT_EQ(FitLongestEdge(7, 7, 512), (PictureSize{512, 512}));
  EXPECT_EQ(FitLongestEdge(65500, 1, 2048), (PictureSize{2048, 1}));
  EXPECT_EQ(FitLongestEdge(1, 65500, 2048), (PictureSize{1, 2048}));
}

TEST(ChooseTiles, CoversThePictureWithinTheLongestEdge) {
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 0), (TileGrid{.rows = 3, .cols = 4}));
  EXPECT_EQ(ChooseTiles({3000, 4000}, 512, 2048, 0), (TileGrid{.rows = 4, .cols = 3}));
  EXPECT_EQ(ChooseTiles({10, 10}, 512, 2048, 0), (TileGrid{.rows = 4, .cols = 4}));
  EXPECT_EQ(ChooseTiles({1920, 1080}, 512, 2048, 0), (TileGrid{.rows = 3, .cols = 4}));
  EXPECT_EQ(ChooseTiles({65500, 1}, 512, 2048, 0), (TileGrid{.rows = 1, .cols = 4}));
  EXPECT_EQ(ChooseTiles({1, 65500}, 512, 2048, 0), (TileGrid{.rows = 4, .cols = 1}));
  EXPECT_EQ(ChooseTiles({100, 100}, 512, 512, 0), TileGrid());
  // A longest edge between multiples: 1820 pixels are five tiles of 364.
  EXPECT_EQ(ChooseTiles({500, 500}, 364, 1800, 0), (TileGrid{.rows = 5, .cols = 5}));
}

TEST(ChooseTiles, FewerPicturesMeanFewerTiles) {
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 13).pictures(), 13);
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 12), (TileGrid{.rows = 3, .cols = 3}));
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 9), (TileGrid{.rows = 2, .cols = 2}));
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 4), TileGrid());
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 1), TileGrid());
}

// A picture whose pixels tell where they stand.
Image Coordinates(int width, int height) {
  Image picture(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      picture.Row(y)[x * 3] = static_cast<std::uint8_t>(x);
      picture.Row(y)[x * 3 + 1] = static_cast<std::uint8_t>(y);
      picture.Row(y)[x * 3 + 2] = 7;
    }
  }
  return picture;
}

constexpr Preprocessing kTiled = {
    .size = 8, .filter = Filter::kLanczos3, .fit = Fit::kStretch, .longest_edge = 32};

TEST(PreprocessTiles, WritesTilesRowByRowThenTheWhole) {
  const Image picture = Coordinates(32, 16);
  const TileGrid grid = ChooseTiles({32, 16}, kTiled.size, kTiled.longest_edge, 0);
  ASSERT_EQ(grid, (TileGrid{.rows = 2, .cols = 4}));
  ThreadPool pool(2);
  std::vector<float> out(9 * 64 * 3 + 1, -99.0f);
  const View<float> rows(out.data(), 9 * 64, 3);
  PreprocessTiles(picture, grid, kTiled, rows, pool);
  EXPECT_EQ(out.back(), -99.0f) << "wrote past the end";
  for (int row = 0; row < 8 * 64; ++row) {  // no resizing, so every pixel is where it was
    const int tile = row / 64, y = tile / 4 * 8 + row % 64 / 8, x = tile % 4 * 8 + row % 8;
    ASSERT_NEAR(rows.Row(row)[0], static_cast<float>(x) / 127.5f - 1.0f, 1e-6f) << row;
    ASSERT_NEAR(rows.Row(row)[1], static_cast<float>(y) / 127.5f - 1.0f, 1e-6f) << row;
  }
  std::vector<float> whole(64 * 3);
  Preprocess(picture, kTiled, {whole.data(), 64, 3}, pool);
  EXPECT_TRUE(std::equal(whole.begin(), whole.end(), rows.Row(8 * 64).data()));
}

TEST(PreprocessTiles, ResizesInTwoSteps) {
  const Image picture = Coordinates(50, 30);
  ThreadPool pool(1);
  const TileGrid grid = ChooseTiles({50, 30}, kTiled.size, kTiled.longest_edge, 0);
  ASSERT_EQ(grid, (TileGrid{.rows = 3, .cols = 4}));
  const Image first = Resize(picture, 32, 20, kTiled.filter, pool);  // 19.2, rounded up to even
  const Image resized = Resize(first, 32, 24, kTiled.filter, pool);
  std::vector<float> out(13 * 64 * 3);
  const View<float> rows(out.data(), 13 * 64, 3);
  PreprocessTiles(picture, grid, kTiled, rows, pool);
  for (int row = 0; row < 12 * 64; ++row) {
    const int tile = row / 64, y = tile / 4 * 8 + row % 64 / 8, x = tile % 4 * 8 + row % 8;
    ASSERT_NEAR(rows.Row(row)[1], static_cast<float>(resized.Row(y)[x * 3 + 1]) / 127.5f - 1.0f,
                1e-6f)
        << row;
  }
}

TEST(PreprocessTiles, WithoutTilesIsPreprocess) {
  const Image picture = Coordinates(50, 30);
  ThreadPool pool(1);
  std::vector<float> out(64 * 3), expected(64 * 3);
  PreprocessTiles(picture, {}, kTiled, {out.data(), 64, 3}, pool);
  Preprocess(picture, kTiled, {expected.data(), 64, 3}, pool);
  EXPECT_EQ(out, expected);
}

TEST(PreprocessAll, EqualsOneByOne) {
  std::vector<Image> pictures;
  for (const auto& [width, height] : {std::pair(5, 9), std::pair(60, 40), std::pair(16, 16)}) {
    Image& picture = pictures.emplace_back(width, height);
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
      picture.pixels[i] = static_cast<std::uint8_t>(i * i + pictures.size());
    }
  }
  const std::vector<TileGrid> grids = {{}, {.rows = 2, .cols = 3}, {}};
  const Preprocessing preprocessing{.size = 16, .longest_edge = 64};
  constexpr int kCells = 16 * 16;
  for (const int threads : {1, 2, 8}) {  // fewer and more than pictures
    ThreadPool pool(threads);
    std::vector<float> all(9 * kCells * 3);
    PreprocessAll(pictures, grids, preprocessing, {all.data(), 9 * kCells, 3}, pool);
    auto part = all.begin();
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const int rows = grids[i].pictures() * kCells;
      std::vector<float> one(static_cast<std::size_t>(rows) * 3);
      PreprocessTiles(pictures[i], grids[i], preprocessing, {one.data(), rows, 3}, pool);
      EXPECT_TRUE(std::equal(one.begin(), one.end(), part))
          << "picture " << i << ", threads " << threads;
      part += std::ssize(one);
    }
  }
}

}  // namespace
}  // namespace edgevlm
