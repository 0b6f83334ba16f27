// What lies behind the things of an image.
#pragma once

#include <random>
#include <span>

#include "train/scenes/canvas.h"

namespace edgevlm::train {

// A color from which the background must differ by this Contrast() (colors.h).
struct Avoided {
  Rgb color;
  float contrast;
};

// Fills the canvas: plain, a gradient, stripes, checks, clouds, wood or fabric, in two colors that
// differ from all that is to be avoided (as far as any of the colors tried does). About 0.3 ms.
void DrawBackground(std::span<const Avoided> avoided, std::mt19937_64& rng, Canvas& canvas);

}  // namespace edgevlm::train
