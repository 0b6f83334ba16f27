// Question templates for the second of two questions: followup.
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "train/text_templates/beyond.h"
#include "train/text_templates/descriptions.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"
#include "train/text_templates/usual_colors.h"

namespace edgevlm::train {
namespace {

constexpr const char* kFollowUp = "followup";

// A single thing that has a name of its own.
struct Named {
  const PlacedGroup* group;
  std::string name;  // "the red circle"
};

std::optional<Named> PickNamed(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng) {
  std::vector<Named> possible;
  for (const PlacedGroup& group : groups) {
    const std::vector<std::string> names = UniqueNames(group, groups);
    if (!names.empty()) possible.push_back({&group, PickOne(rng, names)});
  }
  if (possible.empty()) return std::nullopt;
  return PickOne(rng, possible);
}

std::optional<std::string> ColorOf(const PlacedGroup& group) {
  if (group.what.color) return NameOf(*group.what.color);
  const auto usual = UsualColor(NameOf(group.what).name);
  return usual ? std::optional<std::string>(*usual) : std::nullopt;
}

std::optional<std::string> LocationNameOf(const PlacedGroup& group) {
  const std::optional<int> location = SharedLocation(group.centers);
  if (!location) return std::nullopt;
  return kLocationNames[static_cast<std::size_t>(*location)];
}

// The first question about a thing: where it is, or whether it is there.
std::optional<QuestionAnswer> First(const Named& named, std::mt19937_64& rng) {
  if (Bernoulli(rng, 0.5f)) {
    const std::string noun = named.name.substr(std::string_view("the ").size());
    return QuestionAnswer{"exists", "", "yes", QuestionForm::kExists, {WithArticle(noun)}};
  }
  const auto location = LocationNameOf(*named.group);
  if (!location) return std::nullopt;
  return QuestionAnswer{"where", "", *location, QuestionForm::kWhere, {named.name}};
}

// "and below it?"
std::optional<TwoTurns> ThenBeyond(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng) {
  const std::optional<Named> named = PickNamed(groups, rng);
  if (!named) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> possible;  // relation, answer
  for (const Relation relation :
       {Relation::kLeftOf, Relation::kRightOf, Relation::kAbove, Relation::kBelow}) {
    const auto answer = AnswerBeyond(relation, *named->group, groups);
    if (answer) possible.emplace_back(RelationPhrase(relation), *answer);
  }
  if (possible.empty()) return std::nullopt;
  const auto [relation, answer] = PickOne(rng, possible);
  const QuestionAnswer then{
      kFollowUp, "", answer, QuestionForm::kThenBeyond, {Fill("{0} it", {relation})}};
  if (possible.size() > 1 && Bernoulli(rng, 0.6f)) {
    const auto& [other, other_answer] = PickOne(rng, possible);
    return TwoTurns{QuestionAnswer{"what",
                                   "",
                                   other_answer,
                                   QuestionForm::kWhatIs,
                                   {Fill("{0} {1}", {other, named->name})}},
                    then};
  }
  const auto first = First(*named, rng);
  if (!first) return std::nullopt;
  return TwoTurns{*first, then};
}

// "where is it?", "what color is it?"
std::optional<TwoTurns> ThenAboutIt(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng) {
  const std::optional<Named> named = PickNamed(groups, rng);
  if (!named) return std::nullopt;
  const bool asks_color = Bernoulli(rng, 0.5f);
  const auto answer = asks_color ? ColorOf(*named->group) : LocationNameOf(*named->group);
  if (!answer) return std::nullopt;
  const std::string noun = named->name.substr(std::string_view("the ").size());
  return TwoTurns{QuestionAnswer{"exists", "", "yes", QuestionForm::kExists, {WithArticle(noun)}},
                  QuestionAnswer{kFollowUp,
                                 "",
                                 *answer,
                                 asks_color ? QuestionForm::kThenColor : QuestionForm::kThenWhere,
                                 {}}};
}

// "and the square?" after a question of where or of which color.
std::optional<TwoTurns> ThenOfAnother(const std::vector<PlacedGroup>& groups,
                                      std::mt19937_64& rng) {
  const std::optional<Named> first = PickNamed(groups, rng), second = PickNamed(groups, rng);
  if (!first || first->group == second->group) return std::nullopt;
  const bool asks_color = Bernoulli(rng, 0.5f);
  const auto answer = asks_color ? ColorOf(*first->group) : LocationNameOf(*first->group);
  const auto then = asks_color ? ColorOf(*second->group) : LocationNameOf(*second->group);
  if (!answer || !then) return std::nullopt;
  const std::string noun = first->name.substr(std::string_view("the ").size());
  QuestionAnswer before{"where", "", *answer, QuestionForm::kWhere, {first->name}};
  if (asks_color) before = {"colour", "", *answer, QuestionForm::kColorOfOne, {noun}};
  return TwoTurns{before,
                  QuestionAnswer{kFollowUp, "", *then, QuestionForm::kThenOf, {second->name}}};
}

// "and cats?" after "how many dogs are there?"
std::optional<TwoTurns> ThenHowMany(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng) {
  std::array<QuestionAnswer, 2> turns;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    Description what =
        Bernoulli(rng, 0.2f) ? AbsentDescription(groups, rng) : PresentDescription(groups, rng);
    what.reading.clear();
    const int count = Count(what, groups);
    if (count != CountPossible(what, groups)) return std::nullopt;
    turns[i] = {i == 0 ? "count" : kFollowUp,
                "",
                kNumberWords[static_cast<std::size_t>(count)],
                i == 0 ? QuestionForm::kHowMany : QuestionForm::kThenHowMany,
                {PluralNoun(what)}};
  }
  if (turns[0].parts == turns[1].parts) return std::nullopt;
  return turns;
}

}  // namespace

std::optional<TwoTurns> AskFollowUp(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng) {
  constexpr std::array kTemplates = {ThenBeyond, ThenAboutIt, ThenOfAnother, ThenHowMany};
  return PickOne(rng, kTemplates)(groups, rng);
}

}  // namespace edgevlm::train
