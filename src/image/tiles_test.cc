#include "image/tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "image/resize.h"

namespace edgevlm {
namespace {

TEST(FitLongestEdge, KeepsProportionsAndMakesTheShorterSideEven) {
  EXPECT_EQ(FitLongestEdge(4000, 3000, 2048), (ImageSize{2048, 1536}));
  EXPECT_EQ(FitLongestEdge(300, 400, 2048), (ImageSize{1536, 2048}));
  EXPECT_EQ(FitLongestEdge(1000, 700, 1000), (ImageSize{1000, 700}));
  EXPECT_EQ(FitLongestEdge(1000, 701, 1000), (ImageSize{1000, 702}));
  EXPECT_EQ(FitLongestEdge(7, 7, 512), (ImageSize{512, 512}));
  EXPECT_EQ(FitLongestEdge(65500, 1, 2048), (ImageSize{2048, 1}));
  EXPECT_EQ(FitLongestEdge(1, 65500, 2048), (ImageSize{1, 2048}));
}

TEST(ChooseTiles, CoversTheImageWithinTheLongestEdge) {
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

TEST(ChooseTiles, FewerImagesMeanFewerTiles) {
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 13).tiles(), 13);
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 12), (TileGrid{.rows = 3, .cols = 3}));
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 9), (TileGrid{.rows = 2, .cols = 2}));
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 4), TileGrid());
  EXPECT_EQ(ChooseTiles({4000, 3000}, 512, 2048, 1), TileGrid());
}

// As transformers' GotOcr2 processor chooses, which InternVL uses; 20000 random sizes agreed.
TEST(NearestTiles, HaveTheProportionsOfTheImage) {
  const struct {
    ImageSize image;
    TileGrid grid;
  } chosen[] = {{{896, 448}, {.rows = 1, .cols = 2}},
                {{448, 896}, {.rows = 2, .cols = 1}},
                {{640, 480}, {.rows = 3, .cols = 4}},
                {{333, 500}, {.rows = 3, .cols = 2}},
                {{4000, 3000}, {.rows = 3, .cols = 4}},
                {{1100, 900}, {.rows = 3, .cols = 4}},
                {{65500, 1}, {.rows = 1, .cols = 12}},
                {{1, 65500}, {.rows = 12, .cols = 1}},
                {{8, 8}, TileGrid()},
                {{449, 449}, TileGrid()},
                {{900, 900}, {.rows = 2, .cols = 2}},
                {{3000, 3000}, {.rows = 3, .cols = 3}},
                {{500, 250}, {.rows = 1, .cols = 2}},
                {{2000, 1000}, {.rows = 2, .cols = 4}}};
  for (const auto& [image, grid] : chosen) {
    EXPECT_EQ(NearestTiles(image, 448, 1, 12), grid) << image.width << " x " << image.height;
  }
  EXPECT_EQ(NearestTiles({2000, 1000}, 448, 1, 7), (TileGrid{.rows = 1, .cols = 2}));
  EXPECT_EQ(NearestTiles({2000, 1000}, 448, 1, 1), TileGrid());
  EXPECT_EQ(NearestTiles({2000, 1000}, 448, 1, 0), TileGrid());
  EXPECT_EQ(NearestTiles({8, 8}, 448, 2, 4), (TileGrid{.rows = 2, .cols = 2}));
}

TEST(DetailFor, StretchingNeedsItOnTheShorterSide) {
  Preprocessing preprocessing = {.size = 100, .fit = Fit::kStretch};
  EXPECT_EQ(preprocessing.DetailFor(4000, 3000), 134);
  EXPECT_EQ(preprocessing.DetailFor(3000, 4000), 134);
  EXPECT_EQ(preprocessing.DetailFor(4000, 1), 4000);
  EXPECT_EQ(preprocessing.DetailFor(65500, 65500), 100);
  preprocessing.fit = Fit::kPad;
  EXPECT_EQ(preprocessing.DetailFor(4000, 3000), 100);
  preprocessing.fit = Fit::kStretch;
  preprocessing.longest_edge = 400;
  EXPECT_EQ(preprocessing.DetailFor(4000, 3000), 400);
}

// An image whose pixels encode their position.
Image Coordinates(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.Row(y)[x * 3] = static_cast<std::uint8_t>(x);
      image.Row(y)[x * 3 + 1] = static_cast<std::uint8_t>(y);
      image.Row(y)[x * 3 + 2] = 7;
    }
  }
  return image;
}

constexpr Preprocessing kTiled = {
    .size = 8, .filter = Filter::kLanczos3, .fit = Fit::kStretch, .longest_edge = 32};

TEST(PreprocessTiles, WritesTilesRowByRowThenTheWhole) {
  const Image image = Coordinates(32, 16);
  const TileGrid grid = ChooseTiles({32, 16}, kTiled.size, kTiled.longest_edge, 0);
  ASSERT_EQ(grid, (TileGrid{.rows = 2, .cols = 4}));
  ThreadPool pool(2);
  std::vector<float> out(9 * 64 * 3 + 1, -99.0f);
  const View<float> rows(out.data(), 9 * 64, 3);
  PreprocessTiles(image, grid, kTiled, rows, pool);
  EXPECT_EQ(out.back(), -99.0f) << "wrote past the end";
  for (int row = 0; row < 8 * 64; ++row) {  // no resizing, so every pixel is where it was
    const int tile = row / 64, y = tile / 4 * 8 + row % 64 / 8, x = tile % 4 * 8 + row % 8;
    ASSERT_NEAR(rows.Row(row)[0], static_cast<float>(x) / 127.5f - 1.0f, 1e-6f) << row;
    ASSERT_NEAR(rows.Row(row)[1], static_cast<float>(y) / 127.5f - 1.0f, 1e-6f) << row;
  }
  std::vector<float> whole(64 * 3);
  Preprocess(image, kTiled, {whole.data(), 64, 3}, pool);
  EXPECT_TRUE(std::equal(whole.begin(), whole.end(), rows.Row(8 * 64).data()));
}

TEST(PreprocessTiles, ResizesInTwoSteps) {
  const Image image = Coordinates(50, 30);
  ThreadPool pool(1);
  const TileGrid grid = ChooseTiles({50, 30}, kTiled.size, kTiled.longest_edge, 0);
  ASSERT_EQ(grid, (TileGrid{.rows = 3, .cols = 4}));
  const Image first = Resize(image, 32, 20, kTiled.filter, pool);  // 19.2, rounded up to even
  const Image resized = Resize(first, 32, 24, kTiled.filter, pool);
  std::vector<float> out(13 * 64 * 3);
  const View<float> rows(out.data(), 13 * 64, 3);
  PreprocessTiles(image, grid, kTiled, rows, pool);
  for (int row = 0; row < 12 * 64; ++row) {
    const int tile = row / 64, y = tile / 4 * 8 + row % 64 / 8, x = tile % 4 * 8 + row % 8;
    ASSERT_NEAR(rows.Row(row)[1], static_cast<float>(resized.Row(y)[x * 3 + 1]) / 127.5f - 1.0f,
                1e-6f)
        << row;
  }
}

TEST(PreprocessTiles, WithoutTilesIsPreprocess) {
  const Image image = Coordinates(50, 30);
  ThreadPool pool(1);
  std::vector<float> out(64 * 3), expected(64 * 3);
  PreprocessTiles(image, {}, kTiled, {out.data(), 64, 3}, pool);
  Preprocess(image, kTiled, {expected.data(), 64, 3}, pool);
  EXPECT_EQ(out, expected);
}

TEST(PreprocessAll, EqualsOneByOne) {
  std::vector<Image> images;
  for (const auto& [width, height] : {std::pair(5, 9), std::pair(60, 40), std::pair(16, 16)}) {
    Image& image = images.emplace_back(width, height);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      image.pixels[i] = static_cast<std::uint8_t>(i * i + images.size());
    }
  }
  const std::vector<TileGrid> grids = {{}, {.rows = 2, .cols = 3}, {}};
  const Preprocessing preprocessing{.size = 16, .longest_edge = 64};
  constexpr int kCells = 16 * 16;
  for (const int threads : {1, 2, 8}) {  // fewer and more than images
    ThreadPool pool(threads);
    std::vector<float> all(9 * kCells * 3);
    PreprocessAll(images, grids, preprocessing, {all.data(), 9 * kCells, 3}, pool);
    auto part = all.begin();
    for (std::size_t i = 0; i < images.size(); ++i) {
      const int rows = grids[i].tiles() * kCells;
      std::vector<float> one(static_cast<std::size_t>(rows) * 3);
      PreprocessTiles(images[i], grids[i], preprocessing, {one.data(), rows, 3}, pool);
      EXPECT_TRUE(std::equal(one.begin(), one.end(), part))
          << "image " << i << ", threads " << threads;
      part += std::ssize(one);
    }
  }
}

}  // namespace
}  // namespace edgevlm
