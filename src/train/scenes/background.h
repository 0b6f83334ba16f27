// Draws the background of an image.
#pragma once

#include <random>
#include <span>

#include "train/scenes/canvas.h"

namespace edgevlm::train {

// A color from which the background must differ by at least this Contrast() (colors.h).
struct Avoided {
  Rgb color;
  float contrast;
};

// Fills the canvas with a plain color, a gradient, stripes, checks, clouds, wood or fabric. Its two
// colors differ from all avoided ones, or are the best of the candidates tried. About 0.3 ms.
// varied: also sceneries with a horizon, and mosaics.
void DrawBackground(std::span<const Avoided> avoided, bool varied, std::mt19937_64& rng,
                    Canvas& canvas);

}  // namespace edgevlm::train
