// The table of all things that a training image can show.
#pragma once

#include <span>

#include "train/scenes/scene.h"

namespace edgevlm::train {

struct ThingName {
  ThingKind kind;
  const char* name;     // plain lower-case English, one word or two
  const char* plural;   // may equal name ("fish")
  char32_t code_point;  // of an emoji, in Noto Color Emoji; 0 for the others
};

// All emoji, then the 8 shapes, the display, and the instruments (instruments.h). Thing::name is an
// index into this table. Adding a thing changes the indices after it, so a trained vision encoder
// must be used with the table that it was trained with.
std::span<const ThingName> ThingNames();

// Indices into ThingNames(): emoji are [0, FirstShape()), shapes [FirstShape(), DisplayName()),
// instruments those from FirstInstrument().
int FirstShape();
int DisplayName();
int FirstInstrument();

}  // namespace edgevlm::train
