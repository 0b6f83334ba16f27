// Places and relations: where things are, and when a sentence may say so. Positions are centers;
// what lies too near to a border to be clear is not said.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "train/scenes/scene.h"

namespace edgevlm::train {

// The nine places of an image, by thirds: row by row from the top left.
inline constexpr std::array<const char*, 9> kPlaceNames = {"top left",    "top",    "top right",
                                                           "left",        "center", "right",
                                                           "bottom left", "bottom", "bottom right"};

// The same, as a part of a sentence: "in the top left", "on the right", "at the bottom".
inline constexpr std::array<const char*, 9> kAtPlace = {
    "in the top left",    "at the top",    "in the top right",
    "on the left",        "in the center", "on the right",
    "in the bottom left", "at the bottom", "in the bottom right"};

inline constexpr float kPlaceMargin = 0.05f;  // of a place's center from the borders of thirds
inline constexpr float kRelationMargin =
    0.12f;  // between things of which one is further left or up
inline constexpr float kNextToDistance = 0.45f;  // farther apart is not "next to"

// The place (0 to 8) of a point; none if the point is nearer than kPlaceMargin to a third's border.
std::optional<int> PlaceOf(Point point);

// The place that all points share; none if they do not, or if one of them is unclear.
std::optional<int> SharedPlace(const std::vector<Point>& points);

// Whether somebody who looks at this place could mean the point: it lies in the place, widened by
// kPlaceMargin. "left" is the whole left third of the image then, "top" the whole upper third.
bool MayBeAt(Point point, int place);

enum class Relation { kLeftOf, kRightOf, kAbove, kBelow };

// By how much all of `a` lie beyond all of `b` in the direction of the relation; negative if they
// overlap. REQUIRES: neither is empty.
float Gap(Relation relation, const std::vector<Point>& a, const std::vector<Point>& b);

// The relation of a to b with the widest gap; none if that is below kRelationMargin.
std::optional<Relation> ClearRelation(const std::vector<Point>& a, const std::vector<Point>& b);

// "to the left of", "to the right of", "above", "below".
const char* RelationWords(Relation relation);

// The same fact said from the other side: left of <-> right of, above <-> below.
Relation Opposite(Relation relation);

// Whether some thing of a is near some thing of b.
bool AreNextToEachOther(const std::vector<Point>& a, const std::vector<Point>& b);

}  // namespace edgevlm::train
