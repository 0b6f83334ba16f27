#include "train/wording/groups.h"

#include <algorithm>

namespace edgevlm::train {
namespace {

Description Describe(const Thing& thing) {
  Description what;
  what.name = thing.name;
  if (thing.kind == ThingKind::kShape) what.colour = thing.colour;
  if (thing.kind == ThingKind::kDisplay) what.digits = thing.digits;
  return what;
}

float MeanX(const Group& group) {
  float sum = 0;
  for (const Point& centre : group.centres) sum += centre.x;
  return sum / static_cast<float>(group.count());
}

}  // namespace

std::vector<Group> Groups(const Scene& scene) {
  std::vector<Group> groups;
  for (const Thing& thing : scene.things) {
    const Description what = Describe(thing);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& known) { return known.what == what; });
    if (group == groups.end()) group = groups.insert(group, Group{what, {}});
    group->centres.push_back(thing.Centre());
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return MeanX(a) < MeanX(b); });
  return groups;
}

bool Matches(const Description& wanted, const Description& found) {
  return wanted.name == found.name && (!wanted.colour || wanted.colour == found.colour) &&
         (wanted.digits.empty() || wanted.digits == found.digits);
}

int Count(const Description& wanted, const std::vector<Group>& groups) {
  int count = 0;
  for (const Group& group : groups) {
    if (Matches(wanted, group.what)) count += group.count();
  }
  return count;
}

int Count(const std::vector<Group>& groups) {
  int count = 0;
  for (const Group& group : groups) count += group.count();
  return count;
}

}  // namespace edgevlm::train
