// Tiles: an image shown to its encoder as several squares, and once as a whole, so that small
// things stay readable (Laurencon et al. 2024, "Building and better understanding vision-language
// models", Idefics3; Marafioti et al. 2025, SmolVLM).
#pragma once

#include <span>

#include "image/preprocess.h"

namespace edgevlm {

// rows * cols squares, or none: then the image is only seen as a whole.
struct TileGrid {
  int rows = 0;
  int cols = 0;

  int images() const { return rows * cols + 1; }  // squares that the encoder sees
  bool operator==(const TileGrid&) const = default;
};

// Width and height in pixels.
struct ImageSize {
  int width = 0;
  int height = 0;

  bool operator==(const ImageSize&) const = default;
};

// The size whose longer side is `longest`, with the proportions kept; the shorter side is rounded
// up to an even number. REQUIRES: width, height, longest >= 1.
ImageSize FitLongestEdge(int width, int height, int longest);

// The grid for an image: its longer side becomes longest_edge, both sides are then stretched up to
// multiples of `tile`. While that takes more than max_images squares (0: no limit), the longer
// side gets one tile less; a single tile is the whole image and is left out.
//   REQUIRES: width, height >= 1; 1 <= tile <= longest_edge; max_images >= 0.
TileGrid ChooseTiles(ImageSize image, int tile, int longest_edge, int max_images);

// Resizes the image to the grid and writes its tiles row by row, then the whole image, each as
// Preprocess does. Without tiles this is Preprocess.
//   out [grid.images() * S * S, 3]
// Takes memory for the image at the size of the grid twice. REQUIRES: as Preprocess.
void PreprocessTiles(const Image& image, const TileGrid& grid, const Preprocessing& preprocessing,
                     View<float> out, ThreadPool& pool);

// PreprocessTiles for several images, as many at a time as the pool has threads.
//   out [n * S * S, 3], n the sum of the grids' images(); image after image
// REQUIRES: one grid for each image.
void PreprocessAll(std::span<const Image> images, std::span<const TileGrid> grids,
                   const Preprocessing& preprocessing, View<float> out, ThreadPool& pool);

}  // namespace edgevlm
