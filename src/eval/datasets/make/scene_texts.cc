#include <algorithm>
#include <array>

#include "eval/datasets/make/shape_scene.h"

namespace edgevlm {
namespace {

constexpr std::array<std::string_view, 5> kNumbers = {"no", "one", "two", "three", "four"};

// "an orange star", "three red circles"
std::string Phrase(const ShapeGroup& group, bool uses_articles) {
  const std::size_t count = group.cells.size();
  const std::string color(group.color.name);
  if (count > 1) return std::string(kNumbers[count]) + " " + color + " " + PluralOf(group.kind);
  const bool starts_with_vowel = color.find_first_of("aeiou") == 0;
  const std::string article = starts_with_vowel ? "an" : "a";
  return (uses_articles ? article : "one") + " " + color + " " + std::string(NameOf(group.kind));
}

// "a, b and c"
std::string JoinPhrases(const std::vector<std::string>& phrases) {
  std::string text;
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    if (i > 0) text += i + 1 == phrases.size() ? " and " : ", ";
    text += phrases[i];
  }
  return text;
}

std::vector<std::string> PhrasesOf(const ShapeScene& scene, bool uses_articles) {
  std::vector<std::string> phrases;
  for (const ShapeGroup& group : scene.groups) phrases.push_back(Phrase(group, uses_articles));
  if (!scene.digits.empty()) {
    phrases.push_back((uses_articles ? "a" : "one") + std::string(" display that reads ") +
                      scene.digits);
  }
  return phrases;
}

ManifestRow Question(const std::string& category, const std::string& question,
                     std::vector<std::string> answers) {
  return {
      .id = category, .question = question, .answers = std::move(answers), .category = category};
}

ManifestRow CountQuestion(const ShapeScene& scene, SeededRandom& random) {
  const ShapeGroup& group = random.OneOf(scene.groups);
  const std::size_t count = group.cells.size();
  return Question(
      "count",
      "How many " + std::string(group.color.name) + " " + PluralOf(group.kind) + " are there?",
      {std::to_string(count), std::string(kNumbers[count])});
}

ManifestRow ColorQuestion(const ShapeScene& scene, SeededRandom& random) {
  const ShapeGroup& group = random.OneOf(scene.groups);
  const bool is_one = group.cells.size() == 1;
  return Question("color",
                  "What color " +
                      (is_one ? "is the " + std::string(NameOf(group.kind))
                              : "are the " + PluralOf(group.kind)) +
                      "?",
                  {std::string(group.color.name)});
}

// About a shape that is there, or one of the same kind in another color: only the image tells.
ManifestRow YesNoQuestion(const ShapeScene& scene, bool is_yes, SeededRandom& random) {
  const ShapeGroup& group = random.OneOf(scene.groups);
  std::string_view color = group.color.name;
  while (!is_yes && color == group.color.name) color = random.OneOf(ShapeColors()).name;
  const std::string article = color == "orange" ? "an " : "a ";
  return Question("yes_no",
                  "Is there " + article + std::string(color) + " " +
                      std::string(NameOf(group.kind)) + " in the image?",
                  {is_yes ? "yes" : "no"});
}

// "What is red?" with four kinds, the right one at `position`.
ManifestRow ChoiceQuestion(const ShapeScene& scene, std::size_t position, SeededRandom& random) {
  constexpr std::size_t kChoices = 4;
  const ShapeGroup& group = random.OneOf(scene.groups);
  std::vector<std::string> choices;
  while (choices.size() + 1 < kChoices) {
    const auto kind = static_cast<ShapeKind>(random.Below(kShapeKinds));
    const std::string name(NameOf(kind));
    if (kind != group.kind && std::ranges::find(choices, name) == choices.end()) {
      choices.push_back(name);
    }
  }
  choices.insert(choices.begin() + static_cast<std::ptrdiff_t>(position),
                 std::string(NameOf(group.kind)));
  ManifestRow row = Question("choice", "Which shape is " + std::string(group.color.name) + "?",
                             {ChoiceLetter(position)});
  row.choices = std::move(choices);
  return row;
}

// Of two groups of one shape each in different columns: which is further left?
std::vector<ManifestRow> PositionQuestion(const ShapeScene& scene) {
  std::vector<const ShapeGroup*> single;
  for (const ShapeGroup& group : scene.groups) {
    if (group.cells.size() == 1) single.push_back(&group);
  }
  if (single.size() < 2) return {};
  const int first = single[0]->cells[0] % ShapeScene::kSide;
  const int second = single[1]->cells[0] % ShapeScene::kSide;
  if (first == second) return {};
  return {Question("position",
                   "Is the " + std::string(NameOf(single[0]->kind)) + " left or right of the " +
                       std::string(NameOf(single[1]->kind)) + "?",
                   {first < second ? "left" : "right"})};
}

}  // namespace

std::vector<std::string> CaptionsOf(const ShapeScene& scene) {
  const std::string articles = JoinPhrases(PhrasesOf(scene, true));
  const std::string numbers = JoinPhrases(PhrasesOf(scene, false));
  std::vector<std::string> reversed = PhrasesOf(scene, true);
  std::ranges::reverse(reversed);
  return {articles, "The image shows " + articles + ".", "There are " + numbers + ".",
          "A drawing of " + JoinPhrases(reversed) + ".", numbers + " on a plain background"};
}

std::vector<ManifestRow> QuestionsAbout(const ShapeScene& scene, std::size_t number,
                                        SeededRandom& random) {
  std::vector<ManifestRow> rows = {CountQuestion(scene, random), ColorQuestion(scene, random),
                                   YesNoQuestion(scene, number % 2 == 0, random),
                                   ChoiceQuestion(scene, number % 4, random)};
  for (ManifestRow& row : PositionQuestion(scene)) rows.push_back(std::move(row));
  if (!scene.digits.empty()) {
    rows.push_back(Question("reading", "What number does the display show?", {scene.digits}));
  }
  return rows;
}

}  // namespace edgevlm
