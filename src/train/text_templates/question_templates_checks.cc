// Question templates that check or compare: check, compare, size.
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "train/text_templates/descriptions.h"
#include "train/text_templates/locations.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

// The groups for which a check like "is the circle red?" is clear.
std::optional<QuestionAnswer> CheckColor(const std::vector<PlacedGroup>& groups, bool yes,
                                         std::mt19937_64& rng) {
  std::vector<const PlacedGroup*> possible;
  for (const PlacedGroup& group : groups) {
    if (group.what.color && IsNamedAlone(group, groups)) possible.push_back(&group);
  }
  if (possible.empty()) return std::nullopt;
  const PlacedGroup& group = *PickOne(rng, possible);
  const auto colors = static_cast<int>(kColorNames.size());
  int color = static_cast<int>(*group.what.color);
  if (!yes) color = (color + 1 + UniformInt(rng, colors - 1)) % colors;
  return CheckOfColor(group, kColorNames[static_cast<std::size_t>(color)], yes);
}

std::optional<QuestionAnswer> CheckLocation(const std::vector<PlacedGroup>& groups, bool yes,
                                            std::mt19937_64& rng) {
  std::vector<std::pair<std::string, int>> possible;
  for (const PlacedGroup& group : groups) {
    const std::vector<std::string> names = UniqueNames(group, groups);
    const std::optional<int> location = SharedLocation(group.centers);
    if (!names.empty() && location) possible.emplace_back(PickOne(rng, names), *location);
  }
  if (possible.empty()) return std::nullopt;
  const auto& [name, location] = PickOne(rng, possible);
  int asked = location;
  if (!yes) {
    // Not a neighbor: "at the top" may include the top left.
    const int opposite = 8 - location;
    asked = location == 4 ? 2 * UniformInt(rng, 2) * 4 : opposite;
  }
  return QuestionAnswer{"check",
                        "",
                        YesOrNo(yes),
                        QuestionForm::kIsAt,
                        {name, kAtLocation[static_cast<std::size_t>(asked)]}};
}

std::optional<QuestionAnswer> CheckCount(const std::vector<PlacedGroup>& groups, bool yes,
                                         std::mt19937_64& rng) {
  const PlacedGroup& group = PickOne(rng, groups);
  if (CountPossible(group.what, groups) != group.count()) return std::nullopt;
  Description what = group.what;
  what.reading.clear();
  const int count = Count(what, groups);
  if (yes == (count > 1) && Bernoulli(rng, 0.4f)) {
    return QuestionAnswer{"check", "", YesOrNo(yes), QuestionForm::kSeveral, {Noun(what)}};
  }
  constexpr int kMost = 5;
  int asked = count;
  if (!yes) asked = 2 + (count - 2 + 1 + UniformInt(rng, kMost - 2)) % (kMost - 1);
  if (asked < 2 || (asked == count) != yes) return std::nullopt;
  return QuestionAnswer{"check", "", YesOrNo(yes), QuestionForm::kAreThere, {Counted(what, asked)}};
}

std::optional<QuestionAnswer> CheckDigits(const std::vector<PlacedGroup>& groups, bool yes,
                                          std::mt19937_64& rng) {
  const PlacedGroup* const only = OnlyDisplay(groups);
  if (only == nullptr) return std::nullopt;
  std::string digits = only->what.reading;
  if (!yes) {
    char& digit =
        digits[static_cast<std::size_t>(UniformInt(rng, static_cast<int>(digits.size())))];
    digit = static_cast<char>('0' + (digit - '0' + 1 + UniformInt(rng, 9)) % 10);
  }
  const std::string read = Bernoulli(rng, 0.5f) ? SpacedDigits(digits) : digits;
  return QuestionAnswer{"check", "", YesOrNo(yes), QuestionForm::kReadsThis, {read}};
}

}  // namespace

QuestionAnswer CheckOfColor(const PlacedGroup& group, const std::string& color, bool yes) {
  const Description what = Bare(group.what);
  const bool one = group.count() == 1;
  return {"check",
          "",
          YesOrNo(yes),
          one ? QuestionForm::kIsColor : QuestionForm::kAreColor,
          {"the " + (one ? Noun(what) : PluralNoun(what)), color}};
}

std::optional<QuestionAnswer> AskCheck(const std::vector<PlacedGroup>& groups, bool yes,
                                       std::mt19937_64& rng) {
  constexpr std::array kChecks = {CheckColor, CheckLocation, CheckCount, CheckDigits};
  const auto first = static_cast<std::size_t>(UniformInt(rng, static_cast<int>(kChecks.size())));
  for (std::size_t i = 0; i < kChecks.size(); ++i) {
    if (auto asked = kChecks[(first + i) % kChecks.size()](groups, yes, rng)) return asked;
  }
  return std::nullopt;
}

std::optional<QuestionAnswer> AskSize(const std::vector<PlacedGroup>& groups, bool,
                                      std::mt19937_64& rng) {
  std::vector<QuestionAnswer> possible;
  for (const PlacedGroup& group : groups) {
    bool largest = group.count() == 1, smallest = largest;
    const std::vector<std::string> names = UniqueNames(group, groups);
    for (const PlacedGroup& other : groups) {
      if (&other == &group) continue;
      const bool larger = group.size > kClearlyLarger * other.size;
      const bool smaller = other.size > kClearlyLarger * group.size;
      largest = largest && larger, smallest = smallest && smaller;
      const std::vector<std::string> other_names = UniqueNames(other, groups);
      if ((!larger && !smaller) || names.empty() || other_names.empty()) continue;
      const bool asks_larger = Bernoulli(rng, 0.5f);
      possible.push_back({"size",
                          "",
                          asks_larger == larger ? names[0] : other_names[0],
                          asks_larger ? QuestionForm::kWhichLarger : QuestionForm::kWhichSmaller,
                          {names[0], other_names[0]}});
    }
    if (groups.size() < 2) continue;
    if (largest)
      possible.push_back({"size", "", Counted(group.what, 1), QuestionForm::kLargest, {}});
    if (smallest)
      possible.push_back({"size", "", Counted(group.what, 1), QuestionForm::kSmallest, {}});
  }
  if (possible.empty()) return std::nullopt;
  return PickOne(rng, possible);
}

std::optional<QuestionAnswer> AskSizeCheck(const std::vector<PlacedGroup>& groups, bool yes,
                                           std::mt19937_64& rng) {
  std::vector<QuestionAnswer> possible;
  for (const PlacedGroup& group : groups) {
    const std::vector<std::string> names = UniqueNames(group, groups);
    for (const PlacedGroup& other : groups) {
      const std::vector<std::string> other_names = UniqueNames(other, groups);
      if (names.empty() || other_names.empty()) continue;
      if (group.size <= kClearlyLarger * other.size) continue;
      const QuestionForm form =
          Bernoulli(rng, 0.6f) ? QuestionForm::kIsLarger : QuestionForm::kIsSmaller;
      std::vector<std::string> parts = {PickOne(rng, names), PickOne(rng, other_names)};
      if (yes != (form == QuestionForm::kIsLarger)) std::swap(parts[0], parts[1]);
      possible.push_back({"check", "", YesOrNo(yes), form, std::move(parts)});
    }
  }
  if (possible.empty()) return std::nullopt;
  return PickOne(rng, possible);
}

std::optional<QuestionAnswer> AskComparison(const std::vector<PlacedGroup>& groups, bool yes,
                                            std::mt19937_64& rng) {
  Description first = PickOne(rng, groups).what;
  Description second = groups.size() > 1 && Bernoulli(rng, 0.8f) ? PickOne(rng, groups).what
                                                                 : AbsentDescription(groups, rng);
  first.reading.clear(), second.reading.clear();
  int a = Count(first, groups), b = Count(second, groups);
  if (first == second || a != CountPossible(first, groups) || b != CountPossible(second, groups)) {
    return std::nullopt;
  }
  if (a == b) {
    return QuestionAnswer{"compare",
                          "",
                          YesOrNo(yes),
                          yes ? QuestionForm::kAsMany : QuestionForm::kMoreThan,
                          {PluralNoun(first), PluralNoun(second)}};
  }
  if (Bernoulli(rng, 0.3f)) {
    return QuestionAnswer{"compare",
                          "",
                          PluralNoun(a > b ? first : second),
                          QuestionForm::kWhichMore,
                          {PluralNoun(first), PluralNoun(second)}};
  }
  if (!yes && Bernoulli(rng, 0.25f)) {
    return QuestionAnswer{
        "compare", "", "no", QuestionForm::kAsMany, {PluralNoun(first), PluralNoun(second)}};
  }
  const bool asks_more = Bernoulli(rng, 0.6f);
  if ((asks_more == (a > b)) != yes) std::swap(first, second);
  return QuestionAnswer{"compare",
                        "",
                        YesOrNo(yes),
                        asks_more ? QuestionForm::kMoreThan : QuestionForm::kFewerThan,
                        {PluralNoun(first), PluralNoun(second)}};
}

}  // namespace edgevlm::train
