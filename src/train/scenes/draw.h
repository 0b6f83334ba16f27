// Draw: renders a scene.
#pragma once

#include "image/image.h"
#include "train/scenes/glyphs.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

// The same scene gives the same image, byte for byte: all randomness (background, light, shades,
// noise) comes from scene.seed. Threads: any number at once. About 2 ms for 280 x 280 pixels.
// REQUIRES: things as made by Compose; scene.style < glyphs.styles(); glyphs with styles if the
// scene is varied.
Image Draw(const Scene& scene, const Glyphs& glyphs);

}  // namespace edgevlm::train
