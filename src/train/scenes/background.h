// What lies behind the things of a picture.
#pragma once

#include <random>
#include <span>

#include "train/scenes/canvas.h"

namespace edgevlm::train {

// A colour from which the background must differ by this Contrast() (colours.h).
struct Avoided {
  Rgb colour;
  float contrast;
};

// Fills the canvas: plain, a gradient, stripes, checks, clouds, wood or fabric, in two colours that
// differ from all that is to be avoided (as far as any of the colours tried does). About 0.3 ms.
void DrawBackground(std::span<const Avoided> avoided, std::mt19937_64& rng, Canvas& canvas);

}  // namespace edgevlm::train
