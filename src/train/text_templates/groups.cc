#include "train/text_templates/groups.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "train/scenes/instruments.h"

namespace edgevlm::train {
namespace {

float MeanX(const PlacedGroup& group) {
  float sum = 0;
  for (const Point& center : group.centers) sum += center.x;
  return sum / static_cast<float>(group.count());
}

// Side of a square as large as the thing's box, relative to the image's shorter side.
float SizeOf(const Thing& thing, const Scene& scene) {
  float doubled_area = 0;  // by the shoelace formula, relative to the image's area
  for (std::size_t i = 0; i < thing.corners.size(); ++i) {
    const Point& a = thing.corners[i];
    const Point& b = thing.corners[(i + 1) % thing.corners.size()];
    doubled_area += a.x * b.y - b.x * a.y;
  }
  const float shorter = static_cast<float>(std::min(scene.width, scene.height));
  const float longer = static_cast<float>(std::max(scene.width, scene.height));
  return std::sqrt(std::fabs(0.5f * doubled_area) * longer / std::max(shorter, 1.0f));
}

}  // namespace

Description Describe(const Thing& thing) {
  Description what;
  what.name = thing.name;
  if (thing.kind == ThingKind::kShape || IsTrafficLight(thing)) what.color = thing.color;
  what.reading = thing.reading;
  return what;
}

const ThingName& NameOf(const Description& what) {
  return ThingNames()[static_cast<std::size_t>(what.name)];
}

std::vector<PlacedGroup> PlacedGroups(const Scene& scene) {
  std::vector<PlacedGroup> groups;
  for (const Thing& thing : scene.things) {
    const Description what = Describe(thing);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const PlacedGroup& known) { return known.what == what; });
    if (group == groups.end()) group = groups.insert(group, PlacedGroup{what, {}, 0});
    group->centers.push_back(thing.Center());
    group->size += (SizeOf(thing, scene) - group->size) / static_cast<float>(group->count());
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const PlacedGroup& a, const PlacedGroup& b) { return MeanX(a) < MeanX(b); });
  return groups;
}

const PlacedGroup* OnlyDisplay(const std::vector<PlacedGroup>& groups) {
  const PlacedGroup* only = nullptr;
  for (const PlacedGroup& group : groups) {
    if (NameOf(group.what).kind != ThingKind::kDisplay) continue;
    if (only != nullptr || group.count() > 1) return nullptr;
    only = &group;
  }
  return only;
}

bool Matches(const Description& wanted, const Description& found) {
  return wanted.name == found.name && (!wanted.color || wanted.color == found.color) &&
         (wanted.reading.empty() || wanted.reading == found.reading);
}

int Count(const Description& wanted, const std::vector<PlacedGroup>& groups) {
  int count = 0;
  for (const PlacedGroup& group : groups) {
    if (Matches(wanted, group.what)) count += group.count();
  }
  return count;
}

int CountPossible(const Description& wanted, const std::vector<PlacedGroup>& groups) {
  const std::string ending = std::string(" ") + NameOf(wanted).name;
  int count = 0;
  for (const PlacedGroup& group : groups) {
    const bool is_meant = Matches(wanted, group.what);
    if (is_meant || std::string_view(NameOf(group.what).name).ends_with(ending)) {
      count += group.count();
    }
  }
  return count;
}

bool IsNamedAlone(const PlacedGroup& group, const std::vector<PlacedGroup>& groups) {
  return CountPossible(Bare(group.what), groups) == group.count();
}

int Count(const std::vector<PlacedGroup>& groups) {
  int count = 0;
  for (const PlacedGroup& group : groups) count += group.count();
  return count;
}

}  // namespace edgevlm::train
