// Descriptions for questions: of things in a scene, and of things that are not in it.
#pragma once

#include <random>
#include <vector>

#include "train/text_templates/groups.h"

namespace edgevlm::train {

// Of a thing in the scene: "red circle", or with probability 1/4 the bare "circle"; displays with
// and instruments with their reading or bare, equally often. REQUIRES: groups is not empty.
Description PresentDescription(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng);

// Of no thing in the scene, but easily confused with one: mostly the same shape in another color,
// another shape in the same color, a display with one digit changed, or a
// traffic light with another lamp; else a random thing. Uses a
// held-out (color, shape) pair (held_out.h) only if the scene contains one, because an answer that
// is always "no" would be training data about it.
Description AbsentDescription(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng);

}  // namespace edgevlm::train
