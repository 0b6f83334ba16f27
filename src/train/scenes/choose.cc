// ChooseGroups (compose.h).
#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/check.h"
#include "train/scenes/compose.h"
#include "train/scenes/instruments.h"
#include "train/scenes/random.h"
#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

constexpr float kEmojiProbability = 0.6f;  // per group that is not a display

enum class HeldOutPairs { kNever, kAllowed };

Group DisplayGroup(std::mt19937_64& rng) {
  // Red, orange, yellow, green, blue, purple, pink, brown, black, white. Black is a liquid crystal
  // on a light panel; the others glow on a dark one.
  constexpr std::array<float, 10> kColorWeights = {6, 3, 2, 5, 4, 0.3f, 0.3f, 0, 4, 3};
  constexpr std::array<float, 4> kLengthWeights = {2, 3, 3, 2};
  Group group{ThingKind::kDisplay, DisplayName(), Color::kRed, {}, 1};
  group.color = static_cast<Color>(Weighted(rng, kColorWeights));
  const int length = 1 + Weighted(rng, kLengthWeights);
  for (int i = 0; i < length; ++i) {
    group.reading.push_back(static_cast<char>('0' + UniformInt(rng, 10)));
  }
  return group;
}

Color AnyColor(std::mt19937_64& rng) {
  return static_cast<Color>(UniformInt(rng, static_cast<int>(kColorNames.size())));
}

Group InstrumentGroup(std::mt19937_64& rng) {
  constexpr std::array<float, 4> kWeights = {3, 2, 2, 2};  // clock, gauge, bar chart, traffic light
  const auto instrument = static_cast<Instrument>(Weighted(rng, kWeights));
  const bool is_light = instrument == Instrument::kTrafficLight;
  return {ThingKind::kInstrument, NameOf(instrument), is_light ? AnyLamp(rng) : AnyColor(rng),
          AnyReading(instrument, rng), 1};
}

int AnyShape(std::mt19937_64& rng) {
  return FirstShape() + UniformInt(rng, DisplayName() - FirstShape());
}

Group GroupNamed(int name, std::mt19937_64& rng) {
  if (name < FirstShape()) return {ThingKind::kEmoji, name, Color::kRed, {}, 1};
  return {ThingKind::kShape, name, AnyColor(rng), {}, 1};
}

// An emoji or a shape; if there is a shape already, often one with its name or its color.
Group AnyGroup(const std::vector<Group>& before, std::mt19937_64& rng) {
  for (const Group& group : before) {
    if (group.kind != ThingKind::kShape) continue;
    const float fate = Uniform(rng, 0, 1);
    if (fate < 0.45f) return {ThingKind::kShape, group.name, AnyColor(rng), {}, 1};
    if (fate < 0.6f) return {ThingKind::kShape, AnyShape(rng), group.color, {}, 1};
  }
  const bool emoji = Bernoulli(rng, kEmojiProbability);
  return GroupNamed(emoji ? UniformInt(rng, FirstShape()) : AnyShape(rng), rng);
}

bool IsHeldOutShape(const Group& group) {
  return group.kind == ThingKind::kShape && IsHeldOut(group.color, group.name);
}

// Whether one of the two is an instrument whose name could mean the other: a clock, an alarm clock.
bool AreConfused(const Group& group, const Group& other) {
  const std::string_view name = ThingNames()[static_cast<std::size_t>(group.name)].name;
  const std::string_view other_name = ThingNames()[static_cast<std::size_t>(other.name)].name;
  return (group.kind == ThingKind::kInstrument || other.kind == ThingKind::kInstrument) &&
         (name.ends_with(other_name) || other_name.ends_with(name));
}

bool Fits(const Group& group, const std::vector<Group>& before, HeldOutPairs pairs) {
  const bool never = pairs == HeldOutPairs::kNever;
  if (never && IsHeldOutShape(group)) return false;
  return std::none_of(before.begin(), before.end(), [&](const Group& other) {
    const bool same =
        group.name == other.name && (group.kind != ThingKind::kShape || group.color == other.color);
    return same || AreConfused(group, other) || (never && IsHeldOut(group.name, other.name));
  });
}

bool HasDisplay(const std::vector<Group>& groups) {
  return std::ranges::find(groups, ThingKind::kDisplay, &Group::kind) != groups.end();
}

// One group that is a held-out (color, shape) pair, or two whose names are a held-out pair.
std::vector<Group> HeldOutGroups(int max_things, std::mt19937_64& rng) {
  if (max_things == 1 || Bernoulli(rng, 0.5f)) {
    for (;;) {
      const Group group = GroupNamed(AnyShape(rng), rng);
      if (IsHeldOutShape(group)) return {group};
    }
  }
  const auto any_name = [&rng] {
    return Bernoulli(rng, kEmojiProbability) ? UniformInt(rng, FirstShape()) : AnyShape(rng);
  };
  for (;;) {
    const int name = any_name();
    const int other_name = any_name();
    if (IsHeldOut(name, other_name)) return {GroupNamed(name, rng), GroupNamed(other_name, rng)};
  }
}

// Every group has one thing so far.
void ChooseCounts(int max_things, std::vector<Group>& groups, std::mt19937_64& rng) {
  constexpr std::array<float, 4> kCountWeights = {45, 27, 18, 10};
  int left = max_things - static_cast<int>(groups.size());
  for (Group& group : groups) {
    if (!group.reading.empty()) continue;
    group.count = 1 + std::min(left, Weighted(rng, kCountWeights));
    left -= group.count - 1;
  }
}

}  // namespace

std::vector<Group> ChooseGroups(const ComposeOptions& options, std::mt19937_64& rng) {
  CHECK(1 <= options.max_things && options.max_things <= 5);
  constexpr std::array<float, 3> kGroupWeights = {35, 40, 25};
  std::size_t group_count =
      static_cast<std::size_t>(std::min(1 + Weighted(rng, kGroupWeights), options.max_things));
  std::vector<Group> groups;
  HeldOutPairs pairs = HeldOutPairs::kNever;
  if (options.split == Split::kHeldOut && Bernoulli(rng, 0.5f)) {
    pairs = HeldOutPairs::kAllowed;
    groups = HeldOutGroups(options.max_things, rng);
    group_count = std::max(group_count, groups.size());
  }
  if (groups.size() < group_count && Bernoulli(rng, options.displays)) {
    const Group display = DisplayGroup(rng);
    if (Fits(display, groups, pairs)) groups.push_back(display);
  }
  if (groups.size() < group_count && options.instruments > 0 && !HasDisplay(groups) &&
      Bernoulli(rng, options.instruments)) {
    const Group instrument = InstrumentGroup(rng);
    if (Fits(instrument, groups, pairs)) groups.push_back(instrument);
  }
  while (groups.size() < group_count) {
    const Group group = AnyGroup(groups, rng);
    if (Fits(group, groups, pairs)) groups.push_back(group);
  }
  ChooseCounts(options.max_things, groups, rng);
  return groups;
}

}  // namespace edgevlm::train
