#include "image/tiles.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/check.h"
#include "image/padded_tiles.h"
#include "image/resize.h"

namespace edgevlm {
namespace {

int TilesAcross(int side, int tile) { return (side + tile - 1) / tile; }

// The shorter side after the longer one is scaled to `longest`, rounded down.
int Shorter(int shorter, int longer, int longest) {
  return static_cast<int>(std::int64_t{shorter} * longest / longer);
}

// The grid if the longer side becomes `longest`.
TileGrid GridFor(ImageSize image, int tile, int longest) {
  const ImageSize fitted = FitLongestEdge(image.width, image.height, longest);
  TileGrid grid;
  if (fitted.width >= fitted.height) {
    grid.cols = TilesAcross(fitted.width, tile);
    const int height = Shorter(fitted.height, fitted.width, grid.cols * tile);
    grid.rows = std::max(1, TilesAcross(height, tile));
  } else {
    grid.rows = TilesAcross(fitted.height, tile);
    const int width = Shorter(fitted.width, fitted.height, grid.rows * tile);
    grid.cols = std::max(1, TilesAcross(width, tile));
  }
  return grid;
}

}  // namespace

ImageSize FitLongestEdge(int width, int height, int longest) {
  CHECK(width >= 1 && height >= 1 && longest >= 1);
  const int shorter = Shorter(std::min(width, height), std::max(width, height), longest);
  const int even = std::max(1, shorter + shorter % 2);
  return width >= height ? ImageSize{longest, even} : ImageSize{even, longest};
}

TileGrid ChooseTiles(ImageSize image, int tile, int longest_edge, int max_tiles) {
  CHECK(tile >= 1 && longest_edge >= tile && max_tiles >= 0);
  for (int longest = longest_edge; longest > tile;
       longest = (TilesAcross(longest, tile) - 1) * tile) {
    const TileGrid grid = GridFor(image, tile, longest);
    if (max_tiles == 0 || grid.tiles() <= max_tiles) return grid;
  }
  return {};
}

double ShownShare(const Preprocessing& preprocessing, const TileGrid& grid, ImageSize image) {
  CHECK(image.width >= 1 && image.height >= 1);
  const bool is_cut = grid.rows > 0;
  const bool is_padded = is_cut ? preprocessing.tile_resize == TileResize::kPadded
                                : grid.size.empty() && preprocessing.fit != Fit::kStretch;
  if (!is_padded) return 1;
  // The sides that an input of this many squares leaves to the image, which keeps its proportions.
  const double columns = is_cut ? grid.cols : 1, rows = is_cut ? grid.rows : 1;
  const double across = columns / image.width, down = rows / image.height;
  return std::min(across, down) / std::max(across, down);
}

TileGrid NearestTiles(ImageSize image, int tile, int min_tiles, int max_tiles) {
  CHECK(image.width >= 1 && image.height >= 1 && tile >= 1 && min_tiles >= 1);
  const double ratio = static_cast<double>(image.width) / image.height;
  const double area = static_cast<double>(image.width) * image.height;
  double least = std::numeric_limits<double>::infinity();
  TileGrid best;
  for (int tiles = min_tiles; tiles <= max_tiles; ++tiles) {
    for (int cols = 1; cols <= tiles; ++cols) {
      if (tiles % cols != 0) continue;
      const TileGrid grid = {.rows = tiles / cols, .cols = cols};
      const double off = std::abs(ratio - static_cast<double>(grid.cols) / grid.rows);
      const bool fills = area > 0.5 * tile * tile * tiles;
      if (off < least || (off == least && fills)) best = grid;
      least = std::min(least, off);
    }
  }
  return best.rows * best.cols == 1 ? TileGrid() : best;
}

namespace {

// The image at the size of the grid.
Image ResizeToTiles(const Image& image, ImageSize whole, const Preprocessing& preprocessing,
                    ThreadPool& pool) {
  const Filter filter = preprocessing.filter;
  if (preprocessing.tile_resize == TileResize::kDirect) {
    return Resize(image, whole.width, whole.height, filter, pool);
  }
  // In two steps, as the models were trained: first to the longer side, then to whole tiles.
  const int longest = std::min(preprocessing.detail(), std::max(whole.width, whole.height));
  const ImageSize fitted = FitLongestEdge(image.width, image.height, longest);
  return Resize(Resize(image, fitted.width, fitted.height, filter, pool), whole.width, whole.height,
                filter, pool);
}

}  // namespace

void PreprocessTiles(const Image& image, const TileGrid& grid, const Preprocessing& preprocessing,
                     View<float> out, ThreadPool& pool) {
  const int size = preprocessing.size;
  const int cells = size * size;
  CHECK(out.rows == grid.pixels(size));
  const int cut = grid.rows * grid.cols;
  if (!grid.size.empty()) {
    CHECK(cut == 0);
    return PreprocessStretched(image, grid.size, preprocessing, out, pool);
  }
  if (cut == 0) return Preprocess(image, preprocessing, out, pool);
  if (preprocessing.tile_resize == TileResize::kPadded) {
    return PreprocessPaddedTiles(image, grid, preprocessing, out, pool);
  }
  const ImageSize whole = {.width = grid.cols * size, .height = grid.rows * size};
  const Image resized = ResizeToTiles(image, whole, preprocessing, pool);
  pool.ParallelFor(cut, 1, [&](int begin, int end, int) {
    for (int i = begin; i < end; ++i) {
      NormalizeTile(resized, i % grid.cols * size, i / grid.cols * size, preprocessing,
                    out.Rows(i * cells, cells));
    }
  });
  const bool is_direct = preprocessing.tile_resize == TileResize::kDirect;
  Preprocess(is_direct ? image : resized, preprocessing, out.Rows(cut * cells, cells), pool);
}

void PreprocessAll(std::span<const Image> images, std::span<const TileGrid> grids,
                   const Preprocessing& preprocessing, View<float> out, ThreadPool& pool) {
  CHECK(images.size() == grids.size());
  std::vector<View<float>> parts;
  int row = 0;
  for (const TileGrid& grid : grids) {
    parts.push_back(out.Rows(row, grid.pixels(preprocessing.size)));
    row += parts.back().rows;
  }
  CHECK(out.rows == row);
  const auto one = [&](int index, ThreadPool& threads) {
    const auto i = static_cast<std::size_t>(index);
    PreprocessTiles(images[i], grids[i], preprocessing, parts[i], threads);
  };
  const int count = static_cast<int>(images.size());
  if (count < pool.threads()) {  // too few for one per thread: all threads work on each
    for (int i = 0; i < count; ++i) one(i, pool);
    return;
  }
  pool.ParallelFor(count, 1, [&](int begin, int end, int) {
    ThreadPool alone(1);
    for (int i = begin; i < end; ++i) one(i, alone);
  });
}

}  // namespace edgevlm
