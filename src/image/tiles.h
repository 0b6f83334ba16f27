// Tiles: a picture shown to its encoder as several squares, and once as a whole, so that small
// things stay readable (Laurencon et al. 2024, "Building and better understanding vision-language
// models", Idefics3; Marafioti et al. 2025, SmolVLM).
#pragma once

#include "image/preprocess.h"

namespace edgevlm {

// rows * cols squares, or none: then the picture is only seen as a whole.
struct TileGrid {
  int rows = 0;
  int cols = 0;

  int pictures() const { return rows * cols + 1; }  // squares that the encoder sees
  bool operator==(const TileGrid&) const = default;
};

// Width and height in pixels.
struct PictureSize {
  int width = 0;
  int height = 0;

  bool operator==(const PictureSize&) const = default;
};

// The size whose longer side is `longest`, with the proportions kept; the shorter side is rounded
// up to an even number. REQUIRES: width, height, longest >= 1.
PictureSize FitLongestEdge(int width, int height, int longest);

// The grid for a picture: its longer side becomes longest_edge, both sides are then stretched up to
// multiples of `tile`. While that takes more than max_pictures squares (0: no limit), the longer
// side gets one tile less; a single tile is the whole picture and is left out.
//   REQUIRES: width, height >= 1; 1 <= tile <= longest_edge; max_pictures >= 0.
TileGrid ChooseTiles(PictureSize picture, int tile, int longest_edge, int max_pictures);

// Resizes the picture to the grid and writes its tiles row by row, then the whole picture, each as
// Preprocess does. Without tiles this is Preprocess.
//   out [grid.pictures() * S * S, 3]
// Takes memory for the picture at the size of the grid twice. REQUIRES: as Preprocess.
void PreprocessTiles(const Image& picture, const TileGrid& grid, const Preprocessing& preprocessing,
                     View<float> out, ThreadPool& pool);

}  // namespace edgevlm
