// Question templates about the digits of a display, one by one and as a number, and about text.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

// Compared with what a display reads.
constexpr std::array kNumbers = {5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};

std::optional<QuestionAnswer> CheckNumber(int number, bool yes, std::mt19937_64& rng) {
  const int other = PickOne(rng, kNumbers);
  if (other == number) return std::nullopt;
  const QuestionForm form =
      (number > other) == yes ? QuestionForm::kNumberAbove : QuestionForm::kNumberBelow;
  return QuestionAnswer{"check", "", YesOrNo(yes), form, {std::to_string(other)}};
}

QuestionAnswer CheckParity(int number, bool yes) {
  const QuestionForm form = (number % 2 == 0) == yes ? QuestionForm::kIsEven : QuestionForm::kIsOdd;
  return {"check", "", YesOrNo(yes), form, {}};
}

// Things with digits or letters on them that are no displays.
bool MayShowText(const PlacedGroup& group) {
  constexpr std::array<std::string_view, 5> kNames = {"clock", "alarm clock", "book", "phone",
                                                      "ambulance"};
  return std::ranges::find(kNames, NameOf(group.what).name) != kNames.end();
}

}  // namespace

std::optional<QuestionAnswer> AskDigits(const std::vector<PlacedGroup>& groups, bool yes,
                                        std::mt19937_64& rng) {
  const PlacedGroup* const display = OnlyDisplay(groups);
  if (display == nullptr) return std::nullopt;
  const std::string& digits = display->what.reading;
  const int number = std::atoi(digits.c_str());
  switch (UniformInt(rng, 5)) {
    case 0:
      return QuestionAnswer{"display", "", {digits.front()}, QuestionForm::kFirstDigit, {}};
    case 1:
      return QuestionAnswer{"display", "", {digits.back()}, QuestionForm::kLastDigit, {}};
    case 2:
      return QuestionAnswer{
          "count", "", kNumberWords[digits.size()], QuestionForm::kHowManyDigits, {}};
    case 3:
      return CheckNumber(number, yes, rng);
    default:
      return CheckParity(number, yes);
  }
}

std::optional<QuestionAnswer> AskText(const std::vector<PlacedGroup>& groups, bool yes,
                                      std::mt19937_64& rng) {
  constexpr std::array kText = {"text", "writing", "numbers", "digits", "letters or numbers"};
  for (const PlacedGroup& group : groups) {
    if (!yes && MayShowText(group)) return std::nullopt;
  }
  const bool has_display = std::ranges::any_of(groups, [](const PlacedGroup& group) {
    return NameOf(group.what).kind == ThingKind::kDisplay;
  });
  if (has_display != yes) return std::nullopt;
  return QuestionAnswer{"check", "", YesOrNo(yes), QuestionForm::kHasText, {PickOne(rng, kText)}};
}

}  // namespace edgevlm::train
