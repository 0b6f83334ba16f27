#include "train/text_templates/descriptions.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "train/scenes/held_out.h"
#include "train/scenes/instruments.h"
#include "train/scenes/things.h"
#include "train/text_templates/pick_one.h"

namespace edgevlm::train {
namespace {

constexpr float kBareShape = 0.25f;
constexpr float kBareDisplay = 0.5f;
constexpr float kRandomAbsent = 0.15f;

int RandomName(ThingKind kind, std::mt19937_64& rng) {
  switch (kind) {
    case ThingKind::kEmoji:
      return UniformInt(rng, FirstShape());
    case ThingKind::kShape:
      return FirstShape() + UniformInt(rng, DisplayName() - FirstShape());
    case ThingKind::kDisplay:
      return DisplayName();
    case ThingKind::kInstrument:
      return FirstInstrument() +
             UniformInt(rng, static_cast<int>(ThingNames().size()) - FirstInstrument());
  }
  CHECK(false);
}

Color RandomColor(std::mt19937_64& rng) {
  return static_cast<Color>(UniformInt(rng, static_cast<int>(kColorNames.size())));
}

Description RandomDescription(std::mt19937_64& rng) {
  constexpr std::array kKinds = {ThingKind::kEmoji, ThingKind::kShape, ThingKind::kDisplay};
  const ThingKind kind = PickOne(rng, kKinds);
  Description what{RandomName(kind, rng), {}, {}};
  if (kind == ThingKind::kShape && !Bernoulli(rng, kBareShape)) what.color = RandomColor(rng);
  return what;
}

// The description with one property changed. It may happen to describe another thing of the scene.
Description Altered(Description what, std::mt19937_64& rng) {
  switch (NameOf(what).kind) {
    case ThingKind::kEmoji:
      if (what.color && Bernoulli(rng, 0.5f)) {
        what.color = AnyLamp(rng);
      } else {
        what = {RandomName(ThingKind::kEmoji, rng), {}, {}};
      }
      break;
    case ThingKind::kShape:
      if (Bernoulli(rng, kBareShape)) {
        what = {RandomName(ThingKind::kShape, rng), {}, {}};
      } else if (Bernoulli(rng, 0.5f)) {
        what.name = RandomName(ThingKind::kShape, rng);
      } else {
        what.color = RandomColor(rng);
      }
      break;
    case ThingKind::kDisplay:
      if (what.reading.empty() || Bernoulli(rng, kBareDisplay)) return RandomDescription(rng);
      what.reading[static_cast<std::size_t>(
          UniformInt(rng, static_cast<int>(what.reading.size())))] =
          static_cast<char>('0' + UniformInt(rng, 10));
      break;
    case ThingKind::kInstrument:
      return RandomDescription(rng);
  }
  return what;
}

bool IsHeldOutShape(const Description& what) {
  return what.color && NameOf(what).kind == ThingKind::kShape && IsHeldOut(*what.color, what.name);
}

}  // namespace

Description PresentDescription(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng) {
  CHECK(!groups.empty());
  Description what = PickOne(rng, groups).what;
  if (what.color && Bernoulli(rng, kBareShape)) what.color.reset();
  if (!what.reading.empty() && Bernoulli(rng, kBareDisplay)) what.reading.clear();
  return what;
}

Description AbsentDescription(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng) {
  const bool may_be_held_out =
      std::any_of(groups.begin(), groups.end(),
                  [](const PlacedGroup& group) { return IsHeldOutShape(group.what); });
  const bool empty = groups.empty();
  // Few draws hit a thing of the scene: it has five, of more than a hundred names.
  for (;;) {
    const Description what = Bernoulli(rng, kRandomAbsent) || empty
                                 ? RandomDescription(rng)
                                 : Altered(PickOne(rng, groups).what, rng);
    if (IsHeldOutShape(what) && !may_be_held_out) continue;
    if (CountPossible(what, groups) == 0) return what;
  }
}

}  // namespace edgevlm::train
