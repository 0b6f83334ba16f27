// Tiles: an image is encoded as a grid of tiles and once as a whole, so that small details stay
// readable (Laurencon et al. 2024, "Building and better understanding vision-language models",
// Idefics3; Marafioti et al. 2025, SmolVLM).
#pragma once

#include <span>

#include "image/preprocess.h"

namespace edgevlm {

// Tiles cut out of an image, rows * cols of them; 0 x 0 if it is only encoded as a whole.
struct TileGrid {
  int rows = 0;
  int cols = 0;
  // Of the whole image, for encoders of any size, which read no others. Empty: S x S.
  ImageSize size = {};

  // Inputs of the encoder: those cut out, and the whole image at the size of a tile.
  int tiles() const { return rows * cols + 1; }
  // Pixels of all of them.
  int pixels(int tile_side) const {
    return size.empty() ? tiles() * tile_side * tile_side : size.width * size.height;
  }
  bool operator==(const TileGrid&) const = default;
};

// The size with longer side `longest` and the same aspect ratio; the shorter side is rounded up to
// an even number. REQUIRES: width, height, longest >= 1.
ImageSize FitLongestEdge(int width, int height, int longest);

// The grid for an image: its longer side becomes longest_edge, then both sides are rounded up to
// multiples of `tile`. While this gives more than max_tiles encoder inputs (0: no limit), the
// longer side gets one tile less. A single tile would equal the whole image, so the grid is then 0
// x 0.
//   REQUIRES: width, height >= 1; 1 <= tile <= longest_edge; max_tiles >= 0.
TileGrid ChooseTiles(ImageSize image, int tile, int longest_edge, int max_tiles);

// The grid whose cols / rows is nearest the image's width / height, of those with min_tiles to
// max_tiles tiles; of equally near ones the largest of which the image covers more than half. A
// single tile would equal the whole image, so the grid is then 0 x 0, as it is if max_tiles < 1
// (dynamic resolution; Chen et al. 2024, InternVL 1.5).
//   REQUIRES: width, height >= 1; 1 <= tile; 1 <= min_tiles. Cost O(max_tiles log(max_tiles)).
TileGrid NearestTiles(ImageSize image, int tile, int min_tiles, int max_tiles);

// How much of all inputs shows an image of this size; the rest is padding. In (0, 1].
// REQUIRES: width, height >= 1, and a grid chosen for the image.
double ShownShare(const Preprocessing& preprocessing, const TileGrid& grid, ImageSize image);

// Resizes the image to the grid and writes its tiles row by row, then the whole image, each
// normalized as by Preprocess. Without tiles this is Preprocess, or PreprocessStretched.
//   out [grid.pixels(S), 3]
// Memory: twice the image at the size of the grid. REQUIRES: as Preprocess, and a grid chosen with
// the preprocessing's size.
void PreprocessTiles(const Image& image, const TileGrid& grid, const Preprocessing& preprocessing,
                     View<float> out, ThreadPool& pool);

// PreprocessTiles for several images, one per thread of the pool at a time.
//   out [the sum of the grids' pixels(S), 3], in the order of the images
// REQUIRES: one grid for each image.
void PreprocessAll(std::span<const Image> images, std::span<const TileGrid> grids,
                   const Preprocessing& preprocessing, View<float> out, ThreadPool& pool);

}  // namespace edgevlm
