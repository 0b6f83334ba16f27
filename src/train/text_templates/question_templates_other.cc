// Question templates without an answer in the scene: absent, unanswerable, noquestion.
#include <array>
#include <cstddef>
#include <string>

#include "train/text_templates/descriptions.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"

namespace edgevlm::train {
namespace {

constexpr const char* kCannotTell = "I cannot tell";
constexpr const char* kNotAQuestion = "please ask about the picture";
constexpr const char* kNotUnderstood = "I do not understand";

// In words; mostly short.
int AnyLength(std::mt19937_64& rng) { return 1 + UniformInt(rng, Bernoulli(rng, 0.2f) ? 24 : 6); }

// Letters, syllables or signs that mean nothing.
std::string Nonsense(std::mt19937_64& rng) {
  constexpr std::string_view kConsonants = "bcdfghjklmnpqrstvwxz";
  constexpr std::string_view kVowels = "aeiouy";
  constexpr std::string_view kSigns = "0123456789!?.,:;-+*/#%&()=";
  const auto letter = [&rng](std::string_view of) { return PickOne(rng, of); };
  const int kind = UniformInt(rng, 3);
  std::string text;
  for (int words = AnyLength(rng); words > 0; --words) {
    for (int part = 1 + UniformInt(rng, 4); part > 0; --part) {
      if (kind == 0) text += {letter(kConsonants), letter(kVowels)};
      if (kind == 1) text += static_cast<char>('a' + UniformInt(rng, 26));
      if (kind == 2) text += letter(kSigns);
    }
    if (words > 1) text += ' ';
  }
  return text;
}

}  // namespace

std::optional<QuestionAnswer> AskAbsent(const std::vector<PlacedGroup>& groups, bool,
                                        std::mt19937_64& rng) {
  Description what = AbsentDescription(groups, rng);
  what.reading.clear();
  if (CountPossible(what, groups) > 0) return std::nullopt;
  const std::string noun = Noun(what), answer = "there is no " + noun;
  if (NameOf(what).kind == ThingKind::kDisplay && Bernoulli(rng, 0.7f)) {
    return QuestionAnswer{"absent", "", answer, QuestionForm::kReads, {}};
  }
  switch (UniformInt(rng, what.color ? 2 : 3)) {
    case 0:
      return QuestionAnswer{"absent", "", answer, QuestionForm::kWhere, {"the " + noun}};
    case 1: {
      constexpr std::array kRelations = {"to the left of", "to the right of", "above", "below",
                                         "next to"};
      return QuestionAnswer{"absent",
                            "",
                            answer,
                            QuestionForm::kWhatIs,
                            {Fill("{0} the {1}", {PickOne(rng, kRelations), noun})}};
    }
    default:
      return QuestionAnswer{"absent", "", answer, QuestionForm::kColorOfOne, {noun}};
  }
}

std::optional<QuestionAnswer> AskUnanswerable(const std::vector<PlacedGroup>& groups, bool,
                                              std::mt19937_64& rng) {
  std::vector<std::string> nouns;
  for (const PlacedGroup& group : groups) {
    const std::vector<std::string> names = UniqueNames(group, groups);
    if (!names.empty()) nouns.push_back(names[0].substr(std::string_view("the ").size()));
  }
  if (nouns.empty() || Bernoulli(rng, 0.5f)) {
    return QuestionAnswer{"unanswerable", "", kCannotTell, QuestionForm::kUnknown, {}};
  }
  return QuestionAnswer{
      "unanswerable", "", kCannotTell, QuestionForm::kUnknownOf, {PickOne(rng, nouns)}};
}

std::optional<QuestionAnswer> AskNothing(const std::vector<PlacedGroup>&, bool,
                                         std::mt19937_64& rng) {
  const float fate = Uniform(rng, 0, 1);
  if (fate < 0.4f) return QuestionAnswer{"noquestion", "", kNotAQuestion, QuestionForm::kChat, {}};
  if (fate < 0.7f)
    return QuestionAnswer{"noquestion", "", kNotUnderstood, QuestionForm::kForeign, {}};
  return QuestionAnswer{"noquestion", Nonsense(rng), kNotUnderstood, QuestionForm::kForeign, {}};
}

}  // namespace edgevlm::train
