// Question templates about the usual colors of emoji: "what color is the frog?", "is the frog
// green?".
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"
#include "train/text_templates/usual_colors.h"

namespace edgevlm::train {
namespace {

// Whether nobody would call one color the other.
bool AreFar(std::string_view a, std::string_view b) {
  using Near = std::array<std::string_view, 5>;
  constexpr std::array<Near, 5> kNear = {{{"red", "orange", "yellow", "pink", "brown"},
                                          {"blue", "purple"},
                                          {"purple", "pink"},
                                          {"white", "gray"},
                                          {"gray", "black", "brown"}}};
  const auto has = [](const Near& colors, std::string_view color) {
    return std::ranges::find(colors, color) != colors.end();
  };
  return a != b && std::ranges::none_of(
                       kNear, [&](const Near& near) { return has(near, a) && has(near, b); });
}

}  // namespace

std::optional<QuestionAnswer> AskUsualColor(const std::vector<PlacedGroup>& groups, bool,
                                            std::mt19937_64& rng) {
  std::vector<QuestionAnswer> possible;
  for (const PlacedGroup& group : groups) {
    const auto color = UsualColor(NameOf(group.what).name);
    if (!color || !IsNamedAlone(group, groups)) continue;
    const bool one = group.count() == 1;
    possible.push_back({"colour",
                        "",
                        std::string(*color),
                        one ? QuestionForm::kColorOfOne : QuestionForm::kColorOfSeveral,
                        {one ? Noun(group.what) : PluralNoun(group.what)}});
  }
  if (possible.empty()) return std::nullopt;
  return PickOne(rng, possible);
}

std::optional<QuestionAnswer> CheckUsualColor(const std::vector<PlacedGroup>& groups, bool yes,
                                              std::mt19937_64& rng) {
  std::vector<const PlacedGroup*> possible;
  for (const PlacedGroup& group : groups) {
    const bool is_known = UsualColor(NameOf(group.what).name).has_value();
    if (is_known && IsNamedAlone(group, groups)) possible.push_back(&group);
  }
  if (possible.empty()) return std::nullopt;
  const PlacedGroup& group = *PickOne(rng, possible);
  const std::string_view usual = *UsualColor(NameOf(group.what).name);
  const std::string_view color = yes ? usual : std::string_view(PickOne(rng, kColorNames));
  if (!yes && !AreFar(usual, color)) return std::nullopt;
  return CheckOfColor(group, std::string(color), yes);
}

}  // namespace edgevlm::train
