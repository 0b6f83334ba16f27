// Question templates about shapes of one name in several colors: "what color are the stars?",
// "what color is the left star?", "which star is on the left?".
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "train/text_templates/locations.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

// How much further out than any of another color, relative to the image.
constexpr float kClearlyFurther = 0.1f;

using Groups = std::vector<PlacedGroup>;

// The groups of each shape name in the scene.
std::vector<Groups> ByName(const Groups& groups) {
  std::vector<Groups> shapes;
  for (const PlacedGroup& group : groups) {
    if (!group.what.color || NameOf(group.what).kind != ThingKind::kShape) continue;
    const auto same = std::ranges::find_if(
        shapes, [&](const Groups& of) { return of[0].what.name == group.what.name; });
    if (same == shapes.end()) {
      shapes.push_back({group});
    } else {
      same->push_back(group);
    }
  }
  return shapes;
}

// "purple and orange", from left to right.
std::string ColorsOf(const Groups& shapes) {
  std::string text = NameOf(*shapes[0].what.color);
  for (std::size_t i = 1; i < shapes.size(); ++i) {
    text += i + 1 == shapes.size() ? " and " : ", ";
    text += NameOf(*shapes[i].what.color);
  }
  return text;
}

std::string PluralOf(const Groups& shapes) { return NameOf(shapes[0].what).plural; }

// An end of the image, and what is there: the left one of two, the leftmost one of any number.
struct End {
  bool is_across;
  float outwards;  // sign of the coordinate
  const char* of_two;
  const char* of_all;
  const char* place;
};
constexpr std::array<End, 4> kEnds = {{{true, -1, "left", "leftmost", "on the left"},
                                       {true, 1, "right", "rightmost", "on the right"},
                                       {false, -1, "upper", "topmost", "at the top"},
                                       {false, 1, "lower", "lowest", "at the bottom"}}};

// How far out the outermost thing of a group is.
float Reach(const PlacedGroup& group, const End& end) {
  float reach = -1;
  for (const Point& center : group.centers) {
    reach = std::max(reach, end.outwards * (end.is_across ? center.x : center.y));
  }
  return reach;
}

// The group of the outermost shape; null if it is not clear which one is.
const PlacedGroup* AtEnd(const Groups& shapes, const End& end) {
  const PlacedGroup* outermost = &shapes[0];
  for (const PlacedGroup& group : shapes) {
    if (Reach(group, end) > Reach(*outermost, end)) outermost = &group;
  }
  for (const PlacedGroup& group : shapes) {
    if (&group == outermost) continue;
    if (Reach(*outermost, end) - Reach(group, end) < kClearlyFurther) return nullptr;
  }
  return outermost;
}

std::optional<QuestionAnswer> AskAtEnd(const Groups& shapes, std::mt19937_64& rng) {
  const End& end = PickOne(rng, kEnds);
  const PlacedGroup* const group = AtEnd(shapes, end);
  if (group == nullptr) return std::nullopt;
  const std::string name = NameOf(group->what).name;
  const bool are_two = Count(shapes) == 2;
  if (are_two && Bernoulli(rng, 0.5f)) {
    const std::string answer = "the " + Noun(group->what);
    return QuestionAnswer{
        "what", "", answer, QuestionForm::kWhichAtEnd, {name, end.place, PluralOf(shapes)}};
  }
  const std::string which = are_two && Bernoulli(rng, 0.5f) ? end.of_two : end.of_all;
  return QuestionAnswer{
      "colour", "", NameOf(*group->what.color), QuestionForm::kColorOfOne, {which + " " + name}};
}

// Which of several shapes is larger or smaller than all others, if any is.
std::optional<QuestionAnswer> AskWhichSize(const Groups& shapes, std::mt19937_64& rng) {
  const bool large = Bernoulli(rng, 0.6f);
  const auto stands_out = [&](const PlacedGroup& group) {
    return group.count() == 1 && std::ranges::all_of(shapes, [&](const PlacedGroup& other) {
             const float ratio = large ? group.size / other.size : other.size / group.size;
             return &group == &other || ratio > kClearlyLarger;
           });
  };
  const auto found = std::ranges::find_if(shapes, stands_out);
  if (found == shapes.end()) return std::nullopt;
  constexpr std::array<std::array<const char*, 2>, 2> kOfAll = {
      {{"the smallest", "the tiniest"}, {"the largest", "the biggest"}}};
  constexpr std::array<std::array<const char*, 2>, 2> kOfTwo = {
      {{"smaller", "the smaller one"}, {"larger", "bigger"}}};
  const bool of_two = Count(shapes) == 2 && Bernoulli(rng, 0.5f);
  const std::string which = PickOne(rng, (of_two ? kOfTwo : kOfAll)[large ? 1 : 0]);
  return QuestionAnswer{"size",
                        "",
                        "the " + Noun(found->what),
                        QuestionForm::kWhichSize,
                        {NameOf(found->what).name, which, PluralOf(shapes)}};
}

// "where is the blue one?", where nothing else can be meant.
std::optional<QuestionAnswer> AskWhereOne(const Groups& shapes, std::mt19937_64& rng) {
  const PlacedGroup& group = PickOne(rng, shapes);
  const std::optional<int> location = SharedLocation(group.centers);
  if (group.count() > 1 || !location) return std::nullopt;
  const std::string one = std::string("the ") + NameOf(*group.what.color) + " one";
  return QuestionAnswer{"where",
                        "",
                        kLocationNames[static_cast<std::size_t>(*location)],
                        QuestionForm::kWhere,
                        {one}};
}

bool HasColor(const Groups& shapes, Color color) {
  return std::ranges::any_of(shapes,
                             [=](const PlacedGroup& group) { return group.what.color == color; });
}

}  // namespace

std::optional<QuestionAnswer> AskSameColor(const std::vector<PlacedGroup>& groups, bool yes,
                                           std::mt19937_64& rng) {
  std::vector<Groups> possible = ByName(groups);
  std::erase_if(possible, [yes](const Groups& shapes) {
    return Count(shapes) < 2 || (shapes.size() == 1) != yes;
  });
  if (possible.empty()) return std::nullopt;
  return QuestionAnswer{
      "check", "", YesOrNo(yes), QuestionForm::kSameColor, {PluralOf(PickOne(rng, possible))}};
}

std::optional<QuestionAnswer> CheckColorOfSeveral(const std::vector<PlacedGroup>& groups, bool yes,
                                                  std::mt19937_64& rng) {
  std::vector<Groups> possible = ByName(groups);
  std::erase_if(possible, [](const Groups& shapes) { return Count(shapes) < 2; });
  if (possible.empty()) return std::nullopt;
  const Groups& shapes = PickOne(rng, possible);
  const bool of_all = Bernoulli(rng, 0.5f);
  const bool present = Bernoulli(rng, yes || of_all ? 0.8f : 0.0f);
  const Color color = present ? *PickOne(rng, shapes).what.color
                              : static_cast<Color>(UniformInt(rng, kColorNames.size()));
  const bool has = HasColor(shapes, color);
  if ((of_all ? has && shapes.size() == 1 : has) != yes) return std::nullopt;
  const bool is_clear = shapes.size() == groups.size() && Bernoulli(rng, 0.5f);
  const std::string they = of_all ? "they" : "them";
  const std::string name = (of_all && Bernoulli(rng, 0.4f) ? "all " : "the ") + PluralOf(shapes);
  return QuestionAnswer{"check",
                        "",
                        YesOrNo(yes),
                        of_all ? QuestionForm::kAllOfColor : QuestionForm::kOneOfColor,
                        {is_clear ? they : name, NameOf(color)}};
}

std::optional<QuestionAnswer> AskAmongColors(const std::vector<PlacedGroup>& groups, bool,
                                             std::mt19937_64& rng) {
  std::vector<Groups> possible = ByName(groups);
  std::erase_if(possible, [](const Groups& shapes) { return shapes.size() < 2; });
  if (possible.empty()) return std::nullopt;
  const Groups& shapes = PickOne(rng, possible);
  if (shapes.size() == groups.size() && Bernoulli(rng, 0.3f)) return AskWhereOne(shapes, rng);
  if (Bernoulli(rng, 0.3f)) return AskWhichSize(shapes, rng);
  if (Bernoulli(rng, 0.6f)) return AskAtEnd(shapes, rng);
  return QuestionAnswer{
      "colour", "", ColorsOf(shapes), QuestionForm::kColorOfSeveral, {PluralOf(shapes)}};
}

}  // namespace edgevlm::train
