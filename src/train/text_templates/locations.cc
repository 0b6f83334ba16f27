#include "train/text_templates/locations.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace edgevlm::train {
namespace {

constexpr float kThird = 1.0f / 3.0f;

// The third (0, 1, 2) of a coordinate; none near a border.
std::optional<int> ThirdOf(float coordinate) {
  if (std::fabs(coordinate - kThird) < kLocationMargin) return std::nullopt;
  if (std::fabs(coordinate - 2 * kThird) < kLocationMargin) return std::nullopt;
  return coordinate < kThird ? 0 : coordinate < 2 * kThird ? 1 : 2;
}

bool MayBeInThird(float coordinate, int third) {
  const float low = static_cast<float>(third) * kThird - kLocationMargin;
  return low < coordinate && coordinate < low + kThird + 2 * kLocationMargin;
}

float Along(Relation relation, Point point) {
  switch (relation) {
    case Relation::kLeftOf:
      return -point.x;
    case Relation::kRightOf:
      return point.x;
    case Relation::kAbove:
      return -point.y;
    case Relation::kBelow:
      return point.y;
  }
  CHECK(false);
}

}  // namespace

std::optional<int> LocationOf(Point point) {
  const std::optional<int> column = ThirdOf(point.x);
  const std::optional<int> row = ThirdOf(point.y);
  if (!column || !row) return std::nullopt;
  return *row * 3 + *column;
}

std::optional<int> SharedLocation(const std::vector<Point>& points) {
  if (points.empty()) return std::nullopt;
  const std::optional<int> location = LocationOf(points[0]);
  for (const Point& point : points) {
    if (LocationOf(point) != location) return std::nullopt;
  }
  return location;
}

bool MayBeAt(Point point, int location) {
  const int column = location % 3;
  const int row = location / 3;
  const bool in_column = MayBeInThird(point.x, column);
  const bool in_row = MayBeInThird(point.y, row);
  if (column == 1 && row != 1) return in_row;
  if (row == 1 && column != 1) return in_column;
  return in_column && in_row;
}

float Gap(Relation relation, const std::vector<Point>& a, const std::vector<Point>& b) {
  CHECK(!a.empty() && !b.empty());
  float nearest_a = Along(relation, a[0]);
  float nearest_b = Along(relation, b[0]);
  for (const Point& point : a) nearest_a = std::min(nearest_a, Along(relation, point));
  for (const Point& point : b) nearest_b = std::max(nearest_b, Along(relation, point));
  return nearest_a - nearest_b;
}

std::optional<Relation> ClearRelation(const std::vector<Point>& a, const std::vector<Point>& b) {
  std::optional<Relation> clearest;
  float widest = kRelationMargin;
  for (const Relation relation :
       {Relation::kLeftOf, Relation::kRightOf, Relation::kAbove, Relation::kBelow}) {
    const float gap = Gap(relation, a, b);
    if (gap < widest) continue;
    widest = gap;
    clearest = relation;
  }
  return clearest;
}

const char* RelationPhrase(Relation relation) {
  switch (relation) {
    case Relation::kLeftOf:
      return "to the left of";
    case Relation::kRightOf:
      return "to the right of";
    case Relation::kAbove:
      return "above";
    case Relation::kBelow:
      return "below";
  }
  CHECK(false);
}

Relation Opposite(Relation relation) {
  switch (relation) {
    case Relation::kLeftOf:
      return Relation::kRightOf;
    case Relation::kRightOf:
      return Relation::kLeftOf;
    case Relation::kAbove:
      return Relation::kBelow;
    case Relation::kBelow:
      return Relation::kAbove;
  }
  CHECK(false);
}

bool AreNextToEachOther(const std::vector<Point>& a, const std::vector<Point>& b) {
  for (const Point& p : a) {
    for (const Point& q : b) {
      if (std::hypot(p.x - q.x, p.y - q.y) <= kNextToDistance) return true;
    }
  }
  return false;
}

}  // namespace edgevlm::train
