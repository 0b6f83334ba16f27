// Question templates that offer two answers: "is the dog left or right of the cat?".
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "train/text_templates/descriptions.h"
#include "train/text_templates/locations.h"
#include "train/text_templates/ordered.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

// What the image shows, and what it does not, in any order.
std::vector<std::string> InAnyOrder(std::string first, std::string second, std::mt19937_64& rng) {
  if (Bernoulli(rng, 0.5f)) std::swap(first, second);
  return {std::move(first), std::move(second)};
}

std::optional<QuestionAnswer> AskRelation(const char* kind, Relation relation, QuestionForm form,
                                          std::array<const char*, 2> answers,
                                          const std::vector<PlacedGroup>& groups,
                                          std::mt19937_64& rng) {
  const std::vector<Ordered> pairs = FindOrdered(relation, groups, rng);
  if (pairs.empty()) return std::nullopt;
  const auto& [first, second] = PickOne(rng, pairs);
  if (Bernoulli(rng, 0.5f)) return QuestionAnswer{kind, "", answers[0], form, {first, second}};
  return QuestionAnswer{kind, "", answers[1], form, {second, first}};
}

// Which half of the image a single thing is in, far enough from the middle.
std::optional<QuestionAnswer> AskHalf(bool is_across, const std::vector<PlacedGroup>& groups,
                                      std::mt19937_64& rng) {
  constexpr float kMargin = 0.08f;
  constexpr std::array kAcross = {"left", "right"}, kDown = {"top", "bottom"};
  const PlacedGroup& group = PickOne(rng, groups);
  const std::vector<std::string> names = UniqueNames(group, groups);
  if (names.empty()) return std::nullopt;
  const float at = is_across ? group.centers[0].x : group.centers[0].y;
  if (std::abs(at - 0.5f) < kMargin) return std::nullopt;
  const std::size_t half = at < 0.5f ? 0 : 1;
  return QuestionAnswer{"where",
                        "",
                        is_across ? kAcross[half] : kDown[half],
                        is_across ? QuestionForm::kEitherSideOfAll : QuestionForm::kEitherEnd,
                        {PickName(names, rng)}};
}

std::optional<QuestionAnswer> AskWhichColor(const std::vector<PlacedGroup>& groups,
                                            std::mt19937_64& rng) {
  const PlacedGroup& group = PickOne(rng, groups);
  const Description bare = Bare(group.what);
  if (!group.what.color || group.count() > 1 || CountPossible(bare, groups) > 1) {
    return std::nullopt;
  }
  const auto colors = static_cast<int>(kColorNames.size());
  const auto color = static_cast<std::size_t>(*group.what.color);
  const auto other =
      (color + 1 + static_cast<std::size_t>(UniformInt(rng, colors - 1))) % kColorNames.size();
  std::vector<std::string> parts = InAnyOrder(kColorNames[color], kColorNames[other], rng);
  parts.insert(parts.begin(), "the " + Noun(bare));
  return QuestionAnswer{"colour", "", kColorNames[color], QuestionForm::kEitherColor, parts};
}

std::optional<QuestionAnswer> AskWhichThing(const std::vector<PlacedGroup>& groups,
                                            std::mt19937_64& rng) {
  const PlacedGroup& group = PickOne(rng, groups);
  if (group.count() > 1 || !group.what.reading.empty()) return std::nullopt;
  const Description absent = AbsentDescription(groups, rng);
  if (!absent.reading.empty() || absent.name == group.what.name) return std::nullopt;
  const std::string answer = WithArticle(Noun(group.what));
  return QuestionAnswer{"what", "", answer, QuestionForm::kEitherThing,
                        InAnyOrder(answer, WithArticle(Noun(absent)), rng)};
}

}  // namespace

std::optional<QuestionAnswer> AskBothOrNeither(const std::vector<PlacedGroup>& groups, bool yes,
                                               std::mt19937_64& rng) {
  const Description first = yes ? PickOne(rng, groups).what : AbsentDescription(groups, rng);
  const Description second = yes ? PickOne(rng, groups).what : AbsentDescription(groups, rng);
  if (first.name == second.name || !first.reading.empty() || !second.reading.empty()) {
    return std::nullopt;
  }
  const std::string a = WithArticle(Noun(first)), b = WithArticle(Noun(second));
  const std::string answer = yes ? Fill("{0} and {1}", {a, b}) : "neither";
  return QuestionAnswer{"what", "", answer, QuestionForm::kEitherThing, {a, b}};
}

std::optional<QuestionAnswer> AskEither(const std::vector<PlacedGroup>& groups, bool,
                                        std::mt19937_64& rng) {
  constexpr std::array<float, 6> kWeights = {3, 3, 1, 1, 2, 2};
  switch (Weighted(rng, kWeights)) {
    case 0:
      return AskRelation("leftright", Relation::kLeftOf, QuestionForm::kEitherSide,
                         {"left", "right"}, groups, rng);
    case 1:
      return AskRelation("abovebelow", Relation::kAbove, QuestionForm::kEitherHeight,
                         {"above", "below"}, groups, rng);
    case 2:
      return AskHalf(/*is_across=*/true, groups, rng);
    case 3:
      return AskHalf(/*is_across=*/false, groups, rng);
    case 4:
      return AskWhichColor(groups, rng);
    default:
      return AskWhichThing(groups, rng);
  }
}

}  // namespace edgevlm::train
