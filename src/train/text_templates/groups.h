// PlacedGroup: equal things of a scene, named by one noun phrase ("two red circles").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "train/scenes/scene.h"
#include "train/scenes/things.h"

namespace edgevlm::train {

// A description of things. Without a color it matches shapes of every color, and without a reading
// every display or instrument.
struct Description {
  int name = 0;                // index into ThingNames()
  std::optional<Color> color;  // of a shape or a traffic light's lamp; else never set
  std::string reading;         // of a display or an instrument; empty otherwise

  friend bool operator==(const Description&, const Description&) = default;
};

// The entry in the table of things.
const ThingName& NameOf(const Description& what);

// The full description of a thing, with its color or reading.
Description Describe(const Thing& thing);

// The ratio of sizes from which one thing is larger than the other for everyone.
inline constexpr float kClearlyLarger = 1.3f;

// Equal things of one scene.
struct PlacedGroup {
  Description what;            // full, with color or reading
  std::vector<Point> centers;  // at least one
  float size = 0;              // mean side of their boxes, relative to the image's shorter side

  int count() const { return static_cast<int>(centers.size()); }
};

// Groups equal things (same name; same color, same reading). Sorted from
// left to right by the mean x of the centers.
std::vector<PlacedGroup> PlacedGroups(const Scene& scene);

// The only display of a scene; null if there are none or several.
const PlacedGroup* OnlyDisplay(const std::vector<PlacedGroup>& groups);

// Whether `wanted` describes every thing that `found` describes.
bool Matches(const Description& wanted, const Description& found);

// The number of things that match the description.
int Count(const Description& wanted, const std::vector<PlacedGroup>& groups);

// The number of things that the description could refer to, including those whose name ends with
// its name (a palm tree for "tree").
int CountPossible(const Description& wanted, const std::vector<PlacedGroup>& groups);

// The description without color and reading.
inline Description Bare(const Description& what) { return {what.name, {}, {}}; }

// Whether the group's name alone means this group and no other.
bool IsNamedAlone(const PlacedGroup& group, const std::vector<PlacedGroup>& groups);

// The number of things.
int Count(const std::vector<PlacedGroup>& groups);

}  // namespace edgevlm::train
