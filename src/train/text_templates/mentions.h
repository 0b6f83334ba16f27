// Mentions: finds the names of things in a text, and the things of the scene that they refer to.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "train/text_templates/groups.h"

namespace edgevlm::train {

struct Mention {
  std::size_t end;              // index after the name's last letter
  std::optional<Point> center;  // of the thing that it refers to; none if there is no such thing
};

// The singular names, with a preceding color, that refer to exactly one thing of the scene or to
// none, in the order of the text; in upper or lower case, also by a synonym (synonyms.h). Of nested
// names ("palm tree") the longest counts. Names that match several things are skipped.
std::vector<Mention> Mentions(std::string_view text, const std::vector<PlacedGroup>& groups);

}  // namespace edgevlm::train
