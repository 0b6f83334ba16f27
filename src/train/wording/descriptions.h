// Descriptions to ask about: of things that a scene holds, and of things that it does not.
#pragma once

#include <random>
#include <vector>

#include "train/wording/groups.h"

namespace edgevlm::train {

// Of a thing in the scene: "red circle", one time in four the bare "circle"; displays as often bare
// as with their digits. REQUIRES: groups is not empty.
Description PresentDescription(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng);

// Of nothing in the scene, but easily confused with what is there: mostly the same shape in another
// color, another shape in the same color, a display with one digit changed; else a random thing.
// Names a held-out color and shape (held_out.h) only if the scene holds one: to be always answered
// with "no" would teach something about it. REQUIRES: groups is not empty.
Description AbsentDescription(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng);

}  // namespace edgevlm::train
