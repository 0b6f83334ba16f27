// Question templates about the shapes of one color: exists, count, what.
#include <algorithm>
#include <string>

#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

constexpr float kAskForAnyColor = 0.3f;  // which is absent most often

std::vector<PlacedGroup> ShapesOf(const std::vector<PlacedGroup>& groups) {
  std::vector<PlacedGroup> shapes;
  std::ranges::copy_if(groups, std::back_inserter(shapes), [](const PlacedGroup& group) {
    return NameOf(group.what).kind == ThingKind::kShape;
  });
  return shapes;
}

std::vector<PlacedGroup> OfColor(Color color, const std::vector<PlacedGroup>& shapes) {
  std::vector<PlacedGroup> colored;
  std::ranges::copy_if(shapes, std::back_inserter(colored),
                       [=](const PlacedGroup& shape) { return shape.what.color == color; });
  return colored;
}

Color AnyColor(std::mt19937_64& rng) {
  return static_cast<Color>(UniformInt(rng, static_cast<int>(kColorNames.size())));
}

}  // namespace

std::optional<QuestionAnswer> AskColored(const std::vector<PlacedGroup>& groups, bool yes,
                                         std::mt19937_64& rng) {
  const std::vector<PlacedGroup> shapes = ShapesOf(groups);
  if (shapes.empty()) return std::nullopt;
  // Emoji have colors too, which nobody has counted.
  const bool all = shapes.size() == groups.size() && Bernoulli(rng, 0.6f);
  const std::string noun = all ? "thing" : "shape";
  const int asks = UniformInt(rng, 3);
  const bool any = asks == 0 ? !yes : asks == 1 && Bernoulli(rng, kAskForAnyColor);
  const Color color = any ? AnyColor(rng) : *PickOne(rng, shapes).what.color;
  const std::vector<PlacedGroup> colored = OfColor(color, shapes);
  const std::string word = NameOf(color);
  const std::string plural = word + " " + noun + "s";
  if (asks == 1) {
    const char* count = kNumberWords[static_cast<std::size_t>(Count(colored))];
    return QuestionAnswer{"count", "", count, QuestionForm::kHowMany, {plural}};
  }
  if (asks == 2) {
    const QuestionForm form = all ? QuestionForm::kWhatOfColor : QuestionForm::kWhichShapeOfColor;
    return QuestionAnswer{"what", "", Listed(colored), form, {word}};
  }
  const std::string answer = colored.empty() ? "no" : "yes";
  if (Bernoulli(rng, 0.5f)) {
    return QuestionAnswer{"exists", "", answer, QuestionForm::kAnyOf, {plural}};
  }
  const std::string one = all ? "something " + word : WithArticle(word + " shape");
  return QuestionAnswer{"exists", "", answer, QuestionForm::kExists, {one}};
}

std::optional<QuestionAnswer> AskAnythingOfColor(const std::vector<PlacedGroup>& groups, bool yes,
                                                 std::mt19937_64& rng) {
  const std::vector<PlacedGroup> shapes = ShapesOf(groups);
  if (shapes.empty() || shapes.size() < groups.size()) return std::nullopt;
  const Color color = yes ? *PickOne(rng, shapes).what.color : AnyColor(rng);
  if (OfColor(color, shapes).empty() == yes) return std::nullopt;
  return QuestionAnswer{
      "exists", "", YesOrNo(yes), QuestionForm::kAnythingOfColor, {NameOf(color)}};
}

}  // namespace edgevlm::train
