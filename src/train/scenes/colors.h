// Random shades of the ten named colors, and the contrast between colors.
#pragma once

#include <array>
#include <random>

#include "train/scenes/canvas.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

// hue in degrees, saturation and value in [0, 1].
Rgb FromHsv(float hue, float saturation, float value);

// A random shade that a person would call by this name.
Rgb ShadeOf(Color color, std::mt19937_64& rng);

// A random color between the named ones: turquoise, gray, magenta, ...
Rgb NamelessShade(std::mt19937_64& rng);

// A linear map of colors, row-major.
using ColorMatrix = std::array<float, 9>;

// Turns hues by some degrees and scales the saturation; grays stay as they are.
ColorMatrix HueAndSaturation(float degrees, float saturation);

// How different two colors look: 0 for the same, 255 for black against white. Weights of the
// channels after Riemersma 2001 ("Color metric").
float Contrast(Rgb first, Rgb second);

}  // namespace edgevlm::train
