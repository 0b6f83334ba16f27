// Mentions: the names of things in a text, and what they mean in its image.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "train/wording/groups.h"

namespace edgevlm::train {

struct Mention {
  std::size_t end;              // index in the text after the name's last letter
  std::optional<Point> center;  // of the one thing that is meant; nothing where no thing is
};

// The names in the singular, with the color before them, that mean one thing of the scene or none.
// In the order of the text; of names inside names ("palm tree") the longer one. Names that several
// things fit are left out.
std::vector<Mention> Mentions(std::string_view text, const std::vector<PlacedGroup>& groups);

}  // namespace edgevlm::train
