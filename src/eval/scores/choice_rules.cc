#include "eval/scores/choice_rules.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/check.h"
#include "eval/scores/lmms_choice.h"
#include "eval/scores/text.h"

namespace edgevlm {
namespace {

constexpr char kNoLetter = '\0';

bool IsOption(char c, std::size_t choices) {
  return 'A' <= c && static_cast<std::size_t>(c - 'A') < choices;
}

char FirstOption(std::string_view text, std::size_t choices) {
  for (const char c : text) {
    if (IsOption(c, choices)) return c;
  }
  return kNoLetter;
}

// In the order in which the script removes them. The fifth and sixth are each two phrases that the
// script joins by mistake.
constexpr std::array<std::string_view, 10> kPhrases = {"The best answer is",
                                                       "The correct answer is",
                                                       "The answer is",
                                                       "The answer",
                                                       "The best option isThe correct option is",
                                                       "Best answer:Best option:",
                                                       "Answer:",
                                                       "Option:",
                                                       "The correct answer",
                                                       "The correct option"};
constexpr std::size_t kPhrasesOfJune2024 = 6;

char AfterPhrases(std::string_view reply, std::size_t phrases, std::size_t choices) {
  std::string rest(reply);
  for (std::size_t i = 0; i < phrases; ++i) rest = Replaced(rest, kPhrases[i], "");
  return FirstOption(rest, choices);
}

char VideoMme(std::string_view reply, std::span<const std::string> choices) {
  return AfterPhrases(reply, kPhrases.size(), choices.size());
}

char VideoMmeOfJune2024(std::string_view reply, std::span<const std::string> choices) {
  return AfterPhrases(reply, kPhrasesOfJune2024, choices.size());
}

// The option after "answer is", in any case and with any number of * before it.
char AfterAnswerIs(std::string_view reply, std::size_t choices) {
  constexpr std::string_view kAnswer = "answer";
  const std::string lower = ToLowerAscii(reply);
  const std::string_view text = lower;
  for (std::size_t at = text.find(kAnswer); at != std::string_view::npos;
       at = text.find(kAnswer, at + 1)) {
    std::string_view rest = text.substr(at + kAnswer.size());
    const std::string_view is = StripSpace(rest);
    if (rest.empty() || !IsAsciiSpace(rest[0]) || !is.starts_with("is")) continue;
    rest = is.substr(2);
    if (rest.empty() || !IsAsciiSpace(rest[0])) continue;
    rest = StripSpace(rest);
    while (rest.starts_with('*')) rest.remove_prefix(1);
    const char letter = rest.empty() ? kNoLetter : ToUpperAscii(rest[0]);
    if (IsOption(letter, choices)) return letter;
  }
  return kNoLetter;
}

char OnlyOptionText(std::string_view reply, std::span<const std::string> choices) {
  const std::string lower = LowerLatin(reply);
  std::size_t length = 0;
  char only = kNoLetter;
  int found = 0;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const char letter = static_cast<char>('A' + i);
    const std::string text = LowerLatin(ChoiceText(choices[i], letter));
    length += text.size();
    if (lower.find(text) == std::string::npos) continue;
    only = letter;
    ++found;
  }
  return found == 1 && lower.size() <= 2 * length ? only : kNoLetter;
}

bool IsRefusal(std::string_view reply) {
  for (const std::string_view refusal :
       {"Sorry, I can't help with images of people yet.", "I can't process this file.",
        "I'm sorry, but without the image provided", "Cannot determine the answer",
        "Failed to obtain answer via API"}) {
    if (reply.find(refusal) != std::string_view::npos) return true;
  }
  return false;
}

char VlmEvalKit(std::string_view reply, std::span<const std::string> choices) {
  if (IsRefusal(reply)) return kNoLetter;
  std::string spaced(reply);
  for (char& c : spaced) {
    if (std::string_view(".()[],:;!*#{}").find(c) != std::string_view::npos) c = ' ';
  }
  const auto words = SplitAtSpace(spaced);
  int found = 0;
  std::size_t index = 0;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const char letter = static_cast<char>('A' + i);
    const auto word = std::ranges::find(words, std::string_view(&letter, 1));
    if (word == words.end()) continue;
    ++found;
    index = static_cast<std::size_t>(word - words.begin());
  }
  if (found == 1 && index + 5 > words.size()) return words[index][0];
  if (found == 0 && std::ranges::count(words, "Z") != 0) return kNoLetter;  // "none", in that tool
  const char letter = AfterAnswerIs(reply, choices.size());
  return letter != kNoLetter ? letter : OnlyOptionText(reply, choices);
}

char ScienceQa(std::string_view reply, std::span<const std::string> choices) {
  constexpr std::string_view kAnswerIs = "The answer is ";
  if (!reply.empty() && IsOption(reply[0], choices.size()) &&
      (reply.size() == 1 || reply.substr(1, 2) == ". ")) {
    return reply[0];
  }
  int found = 0;
  char letter = kNoLetter;
  for (std::size_t at = reply.find(kAnswerIs); at != std::string_view::npos;
       at = reply.find(kAnswerIs, at + 1)) {
    const std::string_view rest = reply.substr(at + kAnswerIs.size());
    // One more character must follow the letter, whatever it is.
    if (rest.size() < 2 || rest[1] == '\n' || rest[0] < 'A' || 'Z' < rest[0]) continue;
    letter = rest[0];
    ++found;
  }
  return found == 1 && IsOption(letter, choices.size()) ? letter : kNoLetter;
}

char ScienceQaOfLmmsEval(std::string_view reply, std::span<const std::string> choices) {
  const std::string_view text = StripSpace(reply);
  if (text.size() == 1) {
    const char letter = ToUpperAscii(text[0]);
    return IsOption(letter, choices.size()) ? letter : kNoLetter;
  }
  const bool labeled = text.size() > 1 && text[1] == '.' && IsOption(text[0], choices.size());
  return labeled ? text[0] : kNoLetter;
}

char LmmsEval(std::string_view reply, std::span<const std::string> choices) {
  return LmmsEvalLetter(reply, choices.size());
}

constexpr std::array<ChoiceRule, 6> kChoiceRules = {{{"videomme", VideoMme},
                                                     {"videomme-2024-06", VideoMmeOfJune2024},
                                                     {"lmms-eval", LmmsEval},
                                                     {"vlmevalkit", VlmEvalKit},
                                                     {"scienceqa", ScienceQa},
                                                     {"scienceqa-lmms-eval", ScienceQaOfLmmsEval}}};

}  // namespace

std::span<const ChoiceRule> ChoiceRules() { return kChoiceRules; }

const ChoiceRule& FindChoiceRule(std::string_view name) {
  const auto* const found = std::ranges::find(kChoiceRules, name, &ChoiceRule::name);
  CHECK(found != kChoiceRules.end());
  return *found;
}

std::string_view ChoiceText(std::string_view choice, char letter) {
  const bool labeled = choice.size() > 3 && choice[0] == letter &&
                       (choice[1] == '.' || choice[1] == ')') && choice[2] == ' ';
  return labeled ? StripSpace(choice.substr(3)) : choice;
}

}  // namespace edgevlm
