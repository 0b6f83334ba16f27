#include "image/tiles.h"

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "image/resize.h"

namespace edgevlm {
namespace {

int TilesAcross(int side, int tile) { return (side + tile - 1) / tile; }

// The other side when the longer one is stretched to `longest`, rounded down.
int Shorter(int shorter, int longer, int longest) {
  return static_cast<int>(std::int64_t{shorter} * longest / longer);
}

// The grid when the longer side becomes `longest`.
TileGrid GridFor(PictureSize picture, int tile, int longest) {
  const PictureSize fitted = FitLongestEdge(picture.width, picture.height, longest);
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

PictureSize FitLongestEdge(int width, int height, int longest) {
  CHECK(width >= 1 && height >= 1 && longest >= 1);
  const int shorter = Shorter(std::min(width, height), std::max(width, height), longest);
  const int even = std::max(1, shorter + shorter % 2);
  return width >= height ? PictureSize{longest, even} : PictureSize{even, longest};
}

TileGrid ChooseTiles(PictureSize picture, int tile, int longest_edge, int max_pictures) {
  CHECK(tile >= 1 && longest_edge >= tile && max_pictures >= 0);
  for (int longest = longest_edge; longest > tile;
       longest = (TilesAcross(longest, tile) - 1) * tile) {
    const TileGrid grid = GridFor(picture, tile, longest);
    if (max_pictures == 0 || grid.pictures() <= max_pictures) return grid;
  }
  return {};
}

void PreprocessTiles(const Image& picture, const TileGrid& grid, const Preprocessing& preprocessing,
                     View<float> out, ThreadPool& pool) {
  const int size = preprocessing.size;
  const int cells = size * size;
  CHECK(out.rows == grid.pictures() * cells);
  const int tiles = grid.rows * grid.cols;
  if (tiles == 0) return Preprocess(picture, preprocessing, out, pool);
  const PictureSize whole = {.width = grid.cols * size, .height = grid.rows * size};
  // In two steps, as the models were trained: first to the longer side, then to whole tiles.
  const int longest = std::min(preprocessing.detail(), std::max(whole.width, whole.height));
  const PictureSize fitted = FitLongestEdge(picture.width, picture.height, longest);
  const Filter filter = preprocessing.filter;
  const Image resized = Resize(Resize(picture, fitted.width, fitted.height, filter, pool),
                               whole.width, whole.height, filter, pool);
  pool.ParallelFor(tiles, 1, [&](int begin, int end, int) {
    for (int i = begin; i < end; ++i) {
      NormaliseSquare(resized, i % grid.cols * size, i / grid.cols * size, preprocessing,
                      out.Rows(i * cells, cells));
    }
  });
  Preprocess(resized, preprocessing, out.Rows(tiles * cells, cells), pool);
}

}  // namespace edgevlm
