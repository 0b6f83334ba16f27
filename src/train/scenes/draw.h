// Drawing: a scene becomes an image.
#pragma once

#include "image/image.h"
#include "train/scenes/glyphs.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

// The same scene gives the same image, byte for byte: all chance (background, light, shades,
// noise) follows from scene.seed. Threads: any number at once. About 2 ms for 280 x 280 pixels.
// REQUIRES: things as Compose makes them.
Image Draw(const Scene& scene, const Glyphs& glyphs);

}  // namespace edgevlm::train
