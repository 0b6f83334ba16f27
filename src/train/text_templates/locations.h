// Locations and spatial relations of things, as far as they are clear enough for a text. Points are
// centers of things; a point too close to a border has no location.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "train/scenes/scene.h"

namespace edgevlm::train {

// The nine locations in an image, by thirds, row by row from the top left.
inline constexpr std::array<const char*, 9> kLocationNames = {
    "top left", "top",         "top right", "left",        "center",
    "right",    "bottom left", "bottom",    "bottom right"};

// The same as phrases: "in the top left", "on the right", "at the bottom".
inline constexpr std::array<const char*, 9> kAtLocation = {
    "in the top left",    "at the top",    "in the top right",
    "on the left",        "in the center", "on the right",
    "in the bottom left", "at the bottom", "in the bottom right"};

// Minimum distance of a point from the borders between thirds.
inline constexpr float kLocationMargin = 0.05f;
// Minimum gap between things of which one is further left or up.
inline constexpr float kRelationMargin = 0.12f;
inline constexpr float kNextToDistance = 0.45f;  // maximum distance for "next to"

// The location (0 to 8) of a point; none within kLocationMargin of a border between thirds.
std::optional<int> LocationOf(Point point);

// The common location of all points; none if they differ or one of them has none.
std::optional<int> SharedLocation(const std::vector<Point>& points);

// Whether the point may count as being at this location: it lies within the location, extended by
// kLocationMargin. "left" is the whole left third of the image here, and "top" the whole upper
// third.
bool MayBeAt(Point point, int location);

enum class Relation { kLeftOf, kRightOf, kAbove, kBelow };

// The gap between all of `a` and all of `b` in the direction of the relation; negative if they
// overlap. REQUIRES: neither is empty.
float Gap(Relation relation, const std::vector<Point>& a, const std::vector<Point>& b);

// The relation of a to b with the largest gap; none if that is below kRelationMargin.
std::optional<Relation> ClearRelation(const std::vector<Point>& a, const std::vector<Point>& b);

// "to the left of", "to the right of", "above", "below".
const char* RelationPhrase(Relation relation);

// The inverse relation: left of <-> right of, above <-> below.
Relation Opposite(Relation relation);

// Whether a point of `a` is within kNextToDistance of a point of `b`.
bool AreNextToEachOther(const std::vector<Point>& a, const std::vector<Point>& b);

}  // namespace edgevlm::train
