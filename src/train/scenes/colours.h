// What the ten colour names look like, and which colours can be told apart.
#pragma once

#include <random>

#include "train/scenes/canvas.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

// hue in degrees, saturation and value in [0, 1].
Rgb FromHsv(float hue, float saturation, float value);

// A random shade that a person would call by this name.
Rgb ShadeOf(Colour colour, std::mt19937_64& rng);

// A random colour between those that have names: turquoise, grey, magenta...
Rgb NamelessShade(std::mt19937_64& rng);

// How different two colours look: 0 for the same, 255 for black against white. Weights of the
// channels after Riemersma 2001 ("Colour metric").
float Contrast(Rgb first, Rgb second);

}  // namespace edgevlm::train
