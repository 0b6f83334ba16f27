// Askers about what there is: count, colour, exists, display.
#include <array>
#include <iterator>

#include "train/scenes/things.h"
#include "train/wording/askers.h"
#include "train/wording/choice.h"
#include "train/wording/descriptions.h"
#include "train/wording/phrases.h"

namespace edgevlm::train {
namespace {

constexpr std::array kHowManyThings = {"how many things are there?",
                                       "how many things are in the picture?",
                                       "how many things can you see?", "count the things"};
constexpr std::array kHowMany = {"how many {0} are there?", "how many {0} are in the picture?",
                                 "how many {0} can you see?", "count the {0}"};
constexpr std::array kColourOfOne = {"what color is the {0}?", "what colour is the {0}?",
                                     "which color is the {0}?", "which colour is the {0}?"};
constexpr std::array kColourOfSeveral = {"what color are the {0}?", "what colour are the {0}?",
                                         "which color are the {0}?", "which colour are the {0}?"};
constexpr std::array kExists = {"is there {0}?", "is there {0} in the picture?", "can you see {0}?",
                                "do you see {0}?", "does the picture show {0}?"};
constexpr std::array kReads = {"what does the display read?", "what number is shown?",
                               "what number does the display show?", "what is on the display?",
                               "what does the display say?"};

constexpr double kAskForAllThings = 0.2;
constexpr double kAskForNone = 0.15;

}  // namespace

std::optional<QuestionAnswer> AskCount(const std::vector<Group>& groups, bool,
                                       std::mt19937_64& rng) {
  if (Chance(kAskForAllThings, rng)) {
    const int all = Count(groups);
    return QuestionAnswer{"count", PickOne(kHowManyThings, rng),
                          kNumberWords[static_cast<std::size_t>(all)]};
  }
  Description what =
      Chance(kAskForNone, rng) ? AbsentDescription(groups, rng) : PresentDescription(groups, rng);
  what.digits.clear();  // nobody counts the displays that read 4 2 7
  const int count = Count(what, groups);
  return QuestionAnswer{"count", Fill(PickOne(kHowMany, rng), {PluralNoun(what)}),
                        kNumberWords[static_cast<std::size_t>(count)]};
}

std::optional<QuestionAnswer> AskColour(const std::vector<Group>& groups, bool,
                                        std::mt19937_64& rng) {
  std::vector<const Group*> in_one_colour;
  for (const Group& group : groups) {
    const Description bare{group.what.name, {}, {}};
    if (group.what.colour && Count(bare, groups) == group.count()) in_one_colour.push_back(&group);
  }
  if (in_one_colour.empty()) return std::nullopt;
  const Group& group = *PickOne(in_one_colour, rng);
  const Description bare{group.what.name, {}, {}};
  const std::string question = group.count() == 1
                                   ? Fill(PickOne(kColourOfOne, rng), {Noun(bare)})
                                   : Fill(PickOne(kColourOfSeveral, rng), {PluralNoun(bare)});
  return QuestionAnswer{"colour", question,
                        kColourNames[static_cast<std::size_t>(*group.what.colour)]};
}

std::optional<QuestionAnswer> AskExists(const std::vector<Group>& groups, bool yes,
                                        std::mt19937_64& rng) {
  const Description what = yes ? PresentDescription(groups, rng) : AbsentDescription(groups, rng);
  return QuestionAnswer{"exists", Fill(PickOne(kExists, rng), {WithArticle(Noun(what))}),
                        yes ? "yes" : "no"};
}

std::optional<QuestionAnswer> AskDisplay(const std::vector<Group>& groups, bool,
                                         std::mt19937_64& rng) {
  const Group* only = nullptr;
  for (const Group& group : groups) {
    if (group.what.digits.empty()) continue;
    if (only != nullptr || group.count() > 1) return std::nullopt;
    only = &group;
  }
  if (only == nullptr) return std::nullopt;
  return QuestionAnswer{"display", PickOne(kReads, rng), SpacedDigits(only->what.digits)};
}

}  // namespace edgevlm::train
