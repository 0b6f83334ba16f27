// Ordered: pairs of single things of which one is clearly further left, or up.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "train/text_templates/groups.h"
#include "train/text_templates/locations.h"

namespace edgevlm::train {

// One of the unique names of a group; the full name is twice as likely. REQUIRES: not empty.
std::string PickName(const std::vector<std::string>& names, std::mt19937_64& rng);

// Names of two single things: `first` lies in the direction of the relation from `second`.
struct Ordered {
  std::string first;
  std::string second;
};

// All pairs at least kRelationMargin apart.
std::vector<Ordered> FindOrdered(Relation relation, const std::vector<PlacedGroup>& groups,
                                 std::mt19937_64& rng);

}  // namespace edgevlm::train
