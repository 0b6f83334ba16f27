// Captions: a short sentence that is true and complete. Every group of the scene is named with its
// count, shapes with their color, displays with their digits ("a display that reads 4 2 7").
#pragma once

#include <random>
#include <string>

#include "train/scenes/scene.h"

namespace edgevlm::train {

// One caption, in lower case, without a final full stop. Half of all captions use the plainest
// template of their case, so that a small model learns it soon: "a dog" for one group, "a dog to
// the left of two red circles" for two (only "and" where no relation is clear), and a list from
// left to right for more.
std::string Caption(const Scene& scene, std::mt19937_64& rng);

}  // namespace edgevlm::train
