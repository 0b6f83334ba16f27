// Groups: what a sentence names at once. "two red circles" is one group of two things.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "train/scenes/scene.h"
#include "train/scenes/things.h"

namespace edgevlm::train {

// What kind of thing is meant. A description without a color means shapes of every color, a
// display without digits every display.
struct Description {
  int name = 0;                // index into ThingNames()
  std::optional<Color> color;  // of a shape; never set for emojis and displays
  std::string digits;          // of a display; empty otherwise

  friend bool operator==(const Description&, const Description&) = default;
};

// The entry of the table of things.
const ThingName& NameOf(const Description& what);

// What the thing is: with its color or its digits.
Description Describe(const Thing& thing);

// Equal things of one scene.
struct PlacedGroup {
  Description what;            // complete: with its color or its digits
  std::vector<Point> centers;  // at least one

  int count() const { return static_cast<int>(centers.size()); }
};

// Merges equal things (same name, same color for shapes, same digits for displays). In reading
// order: left to right by the mean x of the centers.
std::vector<PlacedGroup> PlacedGroups(const Scene& scene);

// Whether every thing of the group fits the description.
bool Matches(const Description& wanted, const Description& found);

// How many things fit the description.
int Count(const Description& wanted, const std::vector<PlacedGroup>& groups);

// How many things somebody could mean by the description: also those whose name ends with its name,
// as a palm tree for "tree".
int CountPossible(const Description& wanted, const std::vector<PlacedGroup>& groups);

// How many things there are.
int Count(const std::vector<PlacedGroup>& groups);

}  // namespace edgevlm::train
