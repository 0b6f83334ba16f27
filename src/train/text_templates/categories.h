// Categories of things: "animals", "fruit", ...
#pragma once

#include <span>

#include "train/text_templates/groups.h"

namespace edgevlm::train {

struct Category {
  const char* singular;
  const char* plural;
  std::span<const char* const> members;   // names of things
  std::span<const char* const> doubtful;  // things of which people disagree whether they belong
};

// Shapes are a category too; displays are in none.
std::span<const Category> Categories();

enum class Belongs { kNo, kYes, kDoubtful };
Belongs BelongsTo(const Description& what, const Category& category);

}  // namespace edgevlm::train
