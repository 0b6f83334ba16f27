// Question templates about the contents of a scene: count, color, exists, display.
#include <array>
#include <iterator>

#include "train/scenes/things.h"
#include "train/text_templates/descriptions.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

constexpr std::array kHowManyThings = {"how many things are there?",
                                       "how many things are in the picture?",
                                       "how many things can you see?", "count the things"};
constexpr std::array kHowMany = {"how many {0} are there?", "how many {0} are in the picture?",
                                 "how many {0} can you see?", "count the {0}"};
constexpr std::array kColorOfOne = {"what color is the {0}?", "what colour is the {0}?",
                                    "which color is the {0}?", "which colour is the {0}?"};
constexpr std::array kColorOfSeveral = {"what color are the {0}?", "what colour are the {0}?",
                                        "which color are the {0}?", "which colour are the {0}?"};
constexpr std::array kExists = {"is there {0}?", "is there {0} in the picture?", "can you see {0}?",
                                "do you see {0}?", "does the picture show {0}?"};
constexpr std::array kReads = {"what does the display read?", "what number is shown?",
                               "what number does the display show?", "what is on the display?",
                               "what does the display say?"};

constexpr float kAskForAllProbability = 0.2f;
constexpr float kAskForNoneProbability = 0.15f;

QuestionAnswer AskCountOfAll(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng) {
  return {"count",
          PickOne(rng, kHowManyThings),
          kNumberWords[static_cast<std::size_t>(Count(groups))],
          QuestionForm::kHowManyThings,
          {}};
}

}  // namespace

std::optional<QuestionAnswer> AskCount(const std::vector<PlacedGroup>& groups, bool,
                                       std::mt19937_64& rng) {
  if (Bernoulli(rng, kAskForAllProbability)) return AskCountOfAll(groups, rng);
  Description what = Bernoulli(rng, kAskForNoneProbability) || groups.empty()
                         ? AbsentDescription(groups, rng)
                         : PresentDescription(groups, rng);
  what.reading.clear();  // "how many displays that read 4 2 7" would be odd
  const int count = Count(what, groups);
  if (count != CountPossible(what, groups)) return AskCountOfAll(groups, rng);
  return QuestionAnswer{"count",
                        Fill(PickOne(rng, kHowMany), {PluralNoun(what)}),
                        kNumberWords[static_cast<std::size_t>(count)],
                        QuestionForm::kHowMany,
                        {PluralNoun(what)}};
}

std::optional<QuestionAnswer> AskColor(const std::vector<PlacedGroup>& groups, bool,
                                       std::mt19937_64& rng) {
  std::vector<const PlacedGroup*> in_one_color;
  for (const PlacedGroup& group : groups) {
    const Description bare = Bare(group.what);
    if (group.what.color && Count(bare, groups) == group.count()) in_one_color.push_back(&group);
  }
  if (in_one_color.empty()) return std::nullopt;
  const PlacedGroup& group = *PickOne(rng, in_one_color);
  const Description bare = Bare(group.what);
  const bool one = group.count() == 1;
  const std::string noun = one ? Noun(bare) : PluralNoun(bare);
  const char* pattern = one ? PickOne(rng, kColorOfOne) : PickOne(rng, kColorOfSeveral);
  return QuestionAnswer{"colour",
                        Fill(pattern, {noun}),
                        NameOf(*group.what.color),
                        one ? QuestionForm::kColorOfOne : QuestionForm::kColorOfSeveral,
                        {noun}};
}

std::optional<QuestionAnswer> AskExists(const std::vector<PlacedGroup>& groups, bool yes,
                                        std::mt19937_64& rng) {
  const Description what = yes ? PresentDescription(groups, rng) : AbsentDescription(groups, rng);
  return QuestionAnswer{"exists",
                        Fill(PickOne(rng, kExists), {WithArticle(Noun(what))}),
                        YesOrNo(yes),
                        QuestionForm::kExists,
                        {WithArticle(Noun(what))}};
}

std::optional<QuestionAnswer> AskDisplay(const std::vector<PlacedGroup>& groups, bool,
                                         std::mt19937_64& rng) {
  const PlacedGroup* const only = OnlyDisplay(groups);
  if (only == nullptr) return std::nullopt;
  return QuestionAnswer{
      "display", PickOne(rng, kReads), SpacedDigits(only->what.reading), QuestionForm::kReads, {}};
}

}  // namespace edgevlm::train
