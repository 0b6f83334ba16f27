#include "train/wording/descriptions.h"

#include <array>
#include <span>

#include "base/check.h"
#include "train/scenes/things.h"
#include "train/wording/choice.h"

namespace edgevlm::train {
namespace {

constexpr double kBareShape = 0.25;
constexpr double kBareDisplay = 0.5;
constexpr double kRandomAbsent = 0.15;

ThingKind KindOf(int name) { return ThingNames()[static_cast<std::size_t>(name)].kind; }

int RandomName(ThingKind kind, std::mt19937_64& rng) {
  std::vector<int> names;
  for (int name = 0; name < static_cast<int>(ThingNames().size()); ++name) {
    if (KindOf(name) == kind) names.push_back(name);
  }
  return PickOne(names, rng);
}

Colour RandomColour(std::mt19937_64& rng) {
  return static_cast<Colour>(Choose(static_cast<int>(kColourNames.size()), rng));
}

Description RandomDescription(std::mt19937_64& rng) {
  constexpr std::array kKinds = {ThingKind::kEmoji, ThingKind::kShape, ThingKind::kDisplay};
  const ThingKind kind = PickOne(kKinds, rng);
  Description what{RandomName(kind, rng), {}, {}};
  if (kind == ThingKind::kShape && !Chance(kBareShape, rng)) what.colour = RandomColour(rng);
  return what;
}

// The description with one property changed. May by chance describe another thing of the scene.
Description Altered(Description what, std::mt19937_64& rng) {
  switch (KindOf(what.name)) {
    case ThingKind::kEmoji:
      what.name = RandomName(ThingKind::kEmoji, rng);
      break;
    case ThingKind::kShape:
      if (Chance(kBareShape, rng)) {
        what = {RandomName(ThingKind::kShape, rng), {}, {}};
      } else if (Chance(0.5, rng)) {
        what.name = RandomName(ThingKind::kShape, rng);
      } else {
        what.colour = RandomColour(rng);
      }
      break;
    case ThingKind::kDisplay:
      if (what.digits.empty() || Chance(kBareDisplay, rng)) return RandomDescription(rng);
      what.digits[static_cast<std::size_t>(Choose(static_cast<int>(what.digits.size()), rng))] =
          static_cast<char>('0' + Choose(10, rng));
      break;
  }
  return what;
}

}  // namespace

Description PresentDescription(const std::vector<Group>& groups, std::mt19937_64& rng) {
  CHECK(!groups.empty());
  Description what = PickOne(groups, rng).what;
  if (what.colour && Chance(kBareShape, rng)) what.colour.reset();
  if (!what.digits.empty() && Chance(kBareDisplay, rng)) what.digits.clear();
  return what;
}

Description AbsentDescription(const std::vector<Group>& groups, std::mt19937_64& rng) {
  CHECK(!groups.empty());
  // Few draws hit a thing that is there: five things against more than a hundred names.
  for (;;) {
    const Description what = Chance(kRandomAbsent, rng) ? RandomDescription(rng)
                                                        : Altered(PickOne(groups, rng).what, rng);
    if (Count(what, groups) == 0) return what;
  }
}

}  // namespace edgevlm::train
