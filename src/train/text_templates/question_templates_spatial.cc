// Question templates about locations and spatial relations: what, where, leftright, abovebelow.
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include "train/text_templates/beyond.h"
#include "train/text_templates/locations.h"
#include "train/text_templates/ordered.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

constexpr std::array kWhatIsShown = {"what is in the picture?", "what do you see?",
                                     "what does the picture show?", "what is in this picture?"};
constexpr std::array kWhatThing = {"what thing is shown?", "what is this?", "what is shown here?"};
constexpr std::array kWhatIs = {"what is {0}?", "what do you see {0}?", "what can you see {0}?"};
constexpr std::array kWhere = {"where is {0}?", "where is {0} in the picture?",
                               "in which part of the picture is {0}?", "where do you see {0}?"};
constexpr float kAskWhichProbability = 0.4f;

// A question "what is <location>?" and its answer. location: "in the top left", "above the dog".
struct WhatIsThere {
  std::string location;
  std::string answer;
};

// Locations that contain things of one group only.
void FindAtLocations(const std::vector<PlacedGroup>& groups, std::vector<WhatIsThere>& found) {
  for (int location = 0; location < static_cast<int>(kLocationNames.size()); ++location) {
    const PlacedGroup* inside = nullptr;
    int count = 0;
    bool clear = true;
    for (const PlacedGroup& group : groups) {
      for (const Point& center : group.centers) {
        if (!MayBeAt(center, location)) continue;
        clear = clear && LocationOf(center) == location && (inside == nullptr || inside == &group);
        inside = &group;
        ++count;
      }
    }
    if (inside == nullptr || !clear) continue;
    found.push_back(
        {kAtLocation[static_cast<std::size_t>(location)], Counted(inside->what, count)});
  }
}

void FindAround(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng,
                std::vector<WhatIsThere>& found) {
  for (const PlacedGroup& group : groups) {
    const std::vector<std::string> names = UniqueNames(group, groups);
    if (names.empty()) continue;
    const std::string name = PickName(names, rng);
    for (const Relation relation :
         {Relation::kLeftOf, Relation::kRightOf, Relation::kAbove, Relation::kBelow}) {
      const auto answer = AnswerBeyond(relation, group, groups);
      if (answer) found.push_back({Fill("{0} {1}", {RelationPhrase(relation), name}), *answer});
    }
    if (groups.size() != 2) continue;
    const PlacedGroup& other = &group == &groups[0] ? groups[1] : groups[0];
    if (!AreNextToEachOther(group.centers, other.centers)) continue;
    found.push_back({Fill("next to {0}", {name}), Counted(other.what, other.count())});
  }
}

// The templates for one direction along an axis.
struct Direction {
  std::array<const char*, 3> is;     // "is {0} left of {1}?"
  std::array<const char*, 3> which;  // "which is further left, {0} or {1}?"
  QuestionForm is_form;
  QuestionForm which_form;
};

constexpr Direction kLeft = {
    {"is {0} left of {1}?", "is {0} to the left of {1}?", "is {0} further left than {1}?"},
    {"which is further left, {0} or {1}?", "what is further left, {0} or {1}?",
     "which one is on the left, {0} or {1}?"},
    QuestionForm::kIsLeft,
    QuestionForm::kWhichLeft};
constexpr Direction kRight = {
    {"is {0} right of {1}?", "is {0} to the right of {1}?", "is {0} further right than {1}?"},
    {"which is further right, {0} or {1}?", "what is further right, {0} or {1}?",
     "which one is on the right, {0} or {1}?"},
    QuestionForm::kIsRight,
    QuestionForm::kWhichRight};
constexpr Direction kUp = {
    {"is {0} above {1}?", "is {0} higher than {1}?", "is {0} higher up than {1}?"},
    {"which is higher, {0} or {1}?", "what is higher, {0} or {1}?",
     "which one is above the other, {0} or {1}?"},
    QuestionForm::kIsAbove,
    QuestionForm::kWhichAbove};
constexpr Direction kDown = {
    {"is {0} below {1}?", "is {0} lower than {1}?", "is {0} lower down than {1}?"},
    {"which is lower, {0} or {1}?", "what is lower, {0} or {1}?",
     "which one is below the other, {0} or {1}?"},
    QuestionForm::kIsBelow,
    QuestionForm::kWhichBelow};

// pair.first is further in direction `ahead` than pair.second; `back` is the opposite direction.
QuestionAnswer AskOrder(const char* kind, const Ordered& pair, const Direction& ahead,
                        const Direction& back, bool yes, std::mt19937_64& rng) {
  const bool ask_ahead = Bernoulli(rng, 0.5f);
  const Direction& asked = ask_ahead ? ahead : back;
  if (Bernoulli(rng, kAskWhichProbability)) {
    const std::string& answer = ask_ahead ? pair.first : pair.second;
    const bool in_order = Bernoulli(rng, 0.5f);
    std::vector<std::string> names = {in_order ? pair.first : pair.second,
                                      in_order ? pair.second : pair.first};
    return {kind, Fill(PickOne(rng, asked.which), names), answer, asked.which_form, names};
  }
  const bool first_is_subject = ask_ahead == yes;
  std::vector<std::string> names = {first_is_subject ? pair.first : pair.second,
                                    first_is_subject ? pair.second : pair.first};
  return {kind, Fill(PickOne(rng, asked.is), names), YesOrNo(yes), asked.is_form, names};
}

}  // namespace

std::optional<QuestionAnswer> AskWhat(const std::vector<PlacedGroup>& groups, bool,
                                      std::mt19937_64& rng) {
  std::vector<WhatIsThere> found;
  FindAtLocations(groups, found);
  FindAround(groups, rng, found);
  if (groups.size() <= 2 && (found.empty() || Bernoulli(rng, 0.5f))) {
    const bool one = groups.size() == 1 && groups[0].count() == 1;
    const bool asks_for_thing = one && Bernoulli(rng, 0.5f);
    const char* question = asks_for_thing ? PickOne(rng, kWhatThing) : PickOne(rng, kWhatIsShown);
    const QuestionForm form =
        asks_for_thing ? QuestionForm::kWhatThing : QuestionForm::kWhatIsShown;
    return QuestionAnswer{"what", question, Listed(groups), form, {}};
  }
  if (found.empty()) return std::nullopt;
  const WhatIsThere& chosen = PickOne(rng, found);
  return QuestionAnswer{"what",
                        Fill(PickOne(rng, kWhatIs), {chosen.location}),
                        chosen.answer,
                        QuestionForm::kWhatIs,
                        {chosen.location}};
}

std::optional<QuestionAnswer> AskNearest(const std::vector<PlacedGroup>& groups, bool,
                                         std::mt19937_64& rng) {
  constexpr std::array kNextTo = {"next to {0}",  "beside {0}",     "near {0}",
                                  "close to {0}", "closest to {0}", "by {0}"};
  constexpr float kClearlyNearer = 1.5f;  // ratio of distances
  std::vector<QuestionAnswer> found;
  for (const PlacedGroup& group : groups) {
    const std::vector<std::string> names = UniqueNames(group, groups);
    if (names.empty()) continue;
    std::vector<std::pair<float, const PlacedGroup*>> others;  // by distance
    for (const PlacedGroup& other : groups) {
      if (&other == &group) continue;
      for (const Point& center : other.centers) {
        const float x = center.x - group.centers[0].x, y = center.y - group.centers[0].y;
        others.emplace_back(std::hypot(x, y), &other);
      }
    }
    std::ranges::sort(others);
    if (others.empty() || others[0].first > kNextToDistance) continue;
    if (others.size() > 1 && others[1].first < kClearlyNearer * others[0].first) continue;
    found.push_back({"what",
                     "",
                     Counted(others[0].second->what, 1),
                     QuestionForm::kWhatIs,
                     {Fill(PickOne(rng, kNextTo), {PickName(names, rng)})}});
  }
  if (found.empty()) return std::nullopt;
  return PickOne(rng, found);
}

std::optional<QuestionAnswer> AskWhere(const std::vector<PlacedGroup>& groups, bool,
                                       std::mt19937_64& rng) {
  std::vector<QuestionAnswer> found;
  for (const PlacedGroup& group : groups) {
    const std::vector<std::string> names = UniqueNames(group, groups);
    const std::optional<int> location = SharedLocation(group.centers);
    if (names.empty() || !location) continue;
    const std::string name = PickName(names, rng);
    found.push_back({"where",
                     Fill(PickOne(rng, kWhere), {name}),
                     kLocationNames[static_cast<std::size_t>(*location)],
                     QuestionForm::kWhere,
                     {name}});
  }
  if (found.empty()) return std::nullopt;
  return PickOne(rng, found);
}

std::optional<QuestionAnswer> AskLeftRight(const std::vector<PlacedGroup>& groups, bool yes,
                                           std::mt19937_64& rng) {
  const std::vector<Ordered> pairs = FindOrdered(Relation::kLeftOf, groups, rng);
  if (pairs.empty()) return std::nullopt;
  return AskOrder("leftright", PickOne(rng, pairs), kLeft, kRight, yes, rng);
}

std::optional<QuestionAnswer> AskAboveBelow(const std::vector<PlacedGroup>& groups, bool yes,
                                            std::mt19937_64& rng) {
  const std::vector<Ordered> pairs = FindOrdered(Relation::kAbove, groups, rng);
  if (pairs.empty()) return std::nullopt;
  return AskOrder("abovebelow", PickOne(rng, pairs), kUp, kDown, yes, rng);
}

}  // namespace edgevlm::train
