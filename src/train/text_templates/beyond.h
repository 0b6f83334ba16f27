// Beyond: what lies in a direction of a thing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "train/text_templates/groups.h"
#include "train/text_templates/locations.h"

namespace edgevlm::train {

// The answer to "what is <relation> <reference>?", if all things clearly in that direction are of
// one group and no thing is unclear.
std::optional<std::string> AnswerBeyond(Relation relation, const PlacedGroup& reference,
                                        const std::vector<PlacedGroup>& groups);

}  // namespace edgevlm::train
