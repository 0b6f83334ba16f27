// Padded tiles: an image is resized with its aspect ratio, padded to whole tiles, and encoded as
// these tiles and once as a whole (the HD transform of Phi-3-Vision; Dong et al. 2024,
// "InternLM-XComposer2-4KHD").
#pragma once

#include "image/tiles.h"

namespace edgevlm {

// The grid: the longer side gets as many tiles as fit if there are at most max_tiles with those
// that the shorter side then needs; at least 1 x 1. REQUIRES: width, height, max_tiles >= 1.
TileGrid ChoosePaddedTiles(ImageSize image, int max_tiles);

// Resizes the image to the longer side of the grid, pads the other side with preprocessing.fill,
// half before and half after, and writes the tiles row by row, then the padded image as a whole.
// The whole is sampled as PyTorch's bicubic without antialias does it (Keys 1981 with a = -0.75).
//   out [grid.pixels(S), 3]
// Memory: the padded image. REQUIRES: as Preprocess, and a grid of ChoosePaddedTiles for the image.
void PreprocessPaddedTiles(const Image& image, const TileGrid& grid,
                           const Preprocessing& preprocessing, View<float> out, ThreadPool& pool);

}  // namespace edgevlm
