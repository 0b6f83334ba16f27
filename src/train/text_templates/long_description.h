// LongDescription: the reply when someone asks to describe an image.
#pragma once

#include <string>
#include <vector>

#include "train/text_templates/groups.h"

namespace edgevlm::train {

// All groups from left to right with their counts, sizes, colors and locations: "three things: a
// large dog on the left and two small red circles in the top right". What is not clear (a size
// between small and large, a group in several places) is left out. "an empty picture" for none.
std::string LongDescription(const std::vector<PlacedGroup>& groups);

}  // namespace edgevlm::train
