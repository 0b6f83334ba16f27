// Question templates about everything in a scene, or everything of a category: list, describe, and
// more of exists and count.
#include <cstddef>
#include <string>

#include "train/text_templates/categories.h"
#include "train/text_templates/descriptions.h"
#include "train/text_templates/long_description.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

constexpr float kPresentCategory = 0.75f;

// The groups of a category, if it is clear which ones are.
std::optional<std::vector<PlacedGroup>> GroupsOf(const Category& category,
                                                 const std::vector<PlacedGroup>& groups) {
  std::vector<PlacedGroup> members;
  for (const PlacedGroup& group : groups) {
    const Belongs belongs = BelongsTo(group.what, category);
    if (belongs == Belongs::kDoubtful) return std::nullopt;
    if (belongs == Belongs::kYes) members.push_back(group);
  }
  return members;
}

// A category and its groups in the scene. present: with groups; else without. None if no category
// is like this.
struct CategoryInScene {
  const Category* category;
  std::vector<PlacedGroup> members;
};
std::optional<CategoryInScene> PickCategory(const std::vector<PlacedGroup>& groups, bool present,
                                            std::mt19937_64& rng) {
  std::vector<CategoryInScene> possible;
  for (const Category& category : Categories()) {
    auto members = GroupsOf(category, groups);
    if (members && members->empty() != present) {
      possible.push_back({&category, *std::move(members)});
    }
  }
  if (possible.empty()) return std::nullopt;
  return PickOne(rng, possible);
}

}  // namespace

std::optional<QuestionAnswer> AskList(const std::vector<PlacedGroup>& groups, bool,
                                      std::mt19937_64& rng) {
  const std::string all = groups.empty() ? "nothing" : Listed(groups);
  if (Bernoulli(rng, 0.4f)) {
    const QuestionForm form =
        Bernoulli(rng, 0.5f) ? QuestionForm::kWhatIsShown : QuestionForm::kListThings;
    return QuestionAnswer{"list", "", all, form, {}};
  }
  const auto chosen = PickCategory(groups, Bernoulli(rng, kPresentCategory), rng);
  if (!chosen) return QuestionAnswer{"list", "", all, QuestionForm::kListThings, {}};
  const std::string answer = chosen->members.empty() ? "none" : Listed(chosen->members);
  const bool one = chosen->members.size() == 1 && chosen->members[0].count() == 1;
  if (one && Bernoulli(rng, 0.5f)) {
    return QuestionAnswer{"list", "", answer, QuestionForm::kWhichOf, {chosen->category->singular}};
  }
  return QuestionAnswer{"list", "", answer, QuestionForm::kListOf, {chosen->category->plural}};
}

std::optional<QuestionAnswer> AskMixed(const std::vector<PlacedGroup>& groups, bool,
                                       std::mt19937_64& rng) {
  std::vector<CategoryInScene> mixed;
  for (const Category& category : Categories()) {
    auto members = GroupsOf(category, groups);
    if (members && members->size() > 1) mixed.push_back({&category, *std::move(members)});
  }
  if (mixed.empty()) return std::nullopt;
  const auto& [category, members] = PickOne(rng, mixed);
  if (Bernoulli(rng, 0.5f)) {
    return QuestionAnswer{"list", "", Listed(members), QuestionForm::kListOf, {category->plural}};
  }
  const char* count = kNumberWords[static_cast<std::size_t>(Count(members))];
  return QuestionAnswer{"count", "", count, QuestionForm::kHowMany, {category->plural}};
}

std::optional<QuestionAnswer> AskKinds(const std::vector<PlacedGroup>& groups, bool,
                                       std::mt19937_64&) {
  for (const PlacedGroup& group : groups) {
    // Whether a red and a blue circle are of one kind is a matter of taste.
    if (!IsNamedAlone(group, groups)) return std::nullopt;
  }
  return QuestionAnswer{"count", "", kNumberWords[groups.size()], QuestionForm::kHowManyKinds, {}};
}

std::optional<QuestionAnswer> AskDescription(const std::vector<PlacedGroup>& groups, bool,
                                             std::mt19937_64&) {
  return QuestionAnswer{"describe", "", LongDescription(groups), QuestionForm::kDescribe, {}};
}

std::optional<QuestionAnswer> AskExistsAny(const std::vector<PlacedGroup>& groups, bool yes,
                                           std::mt19937_64& rng) {
  // In a quarter of the questions "yes" means that the thing is missing.
  const bool missing = Bernoulli(rng, 0.25f);
  const bool present = yes != missing;
  if (present && groups.empty()) return std::nullopt;
  const Description what =
      present ? PresentDescription(groups, rng) : AbsentDescription(groups, rng);
  const bool several = Bernoulli(rng, 0.6f);
  const std::string answer = YesOrNo(yes);
  if (!missing)
    return QuestionAnswer{"exists", "", answer, QuestionForm::kAnyOf, {PluralNoun(what)}};
  if (several)
    return QuestionAnswer{"exists", "", answer, QuestionForm::kMissingAny, {PluralNoun(what)}};
  return QuestionAnswer{"exists", "", answer, QuestionForm::kMissing, {Noun(what)}};
}

std::optional<QuestionAnswer> AskCategory(const std::vector<PlacedGroup>& groups, bool yes,
                                          std::mt19937_64& rng) {
  const auto chosen = PickCategory(groups, yes, rng);
  if (!chosen) return std::nullopt;
  const std::string plural = chosen->category->plural;
  if (Bernoulli(rng, 0.5f)) {
    const int count = Count(chosen->members);
    return QuestionAnswer{"count",
                          "",
                          kNumberWords[static_cast<std::size_t>(count)],
                          QuestionForm::kHowMany,
                          {plural}};
  }
  const std::string answer = YesOrNo(yes);
  if (Bernoulli(rng, 0.5f))
    return QuestionAnswer{"exists", "", answer, QuestionForm::kAnyOf, {plural}};
  return QuestionAnswer{
      "exists", "", answer, QuestionForm::kExists, {WithArticle(chosen->category->singular)}};
}

}  // namespace edgevlm::train
