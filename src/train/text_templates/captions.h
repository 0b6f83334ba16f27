// Caption: generates a short, true and complete caption. It names every group of the scene with its
// count, shapes with their color, displays with their digits ("a display that reads 4 2 7").
#pragma once

#include <random>
#include <string>

#include "train/scenes/scene.h"

namespace edgevlm::train {

// One caption, in lower case, without a final period. Half of all captions use the plainest
// template of their case, so that a small model learns it quickly: "a dog" for one group, "a dog to
// the left of two red circles" for two (just "and" if no relation is clear), and a list from left
// to right for more.
std::string Caption(const Scene& scene, std::mt19937_64& rng);

}  // namespace edgevlm::train
