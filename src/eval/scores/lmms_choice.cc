#include "eval/scores/lmms_choice.h"

#include <array>
#include <string>
#include <tuple>

#include "base/ascii.h"
#include "eval/scores/text.h"

namespace edgevlm {
namespace {

// The forms of an answer, from the one that counts least.
enum class Form { kAnywhere, kSpace, kBracket, kColon, kStop, kBrackets, kPhrase, kEnd, kStart };

constexpr std::array<std::string_view, 27> kBeforeAnswer = {"the answer is",
                                                            "answer is",
                                                            "the correct answer is",
                                                            "correct answer is",
                                                            "the best answer is",
                                                            "best answer is",
                                                            "the correct option is",
                                                            "correct option is",
                                                            "the best option is",
                                                            "best option is",
                                                            "the choice is",
                                                            "choice is",
                                                            "the correct choice is",
                                                            "correct choice is",
                                                            "i choose",
                                                            "i select",
                                                            "i pick",
                                                            "my answer is",
                                                            "my choice is",
                                                            "옵션",
                                                            "정답은",
                                                            "답은",
                                                            "답:",
                                                            "答案是",
                                                            "答案为",
                                                            "选",
                                                            "答えは"};

// The best candidate so far: the form that counts most, in it the last one.
struct Candidate {
  char letter = '\0';
  Form form = Form::kAnywhere;
  std::size_t position = 0;

  void Offer(char other, Form other_form, std::size_t at) {
    if (at == std::string_view::npos) return;
    if (letter != '\0' && std::tuple(other_form, at) <= std::tuple(form, position)) return;
    *this = {other, other_form, at};
  }
};

std::string_view WithoutOuterMarks(std::string_view text) {
  text = StripSpace(text);
  for (const char mark : {',', '.', '!', '?', ';', ':', '\'', '"'}) {
    while (text.starts_with(mark)) text.remove_prefix(1);
    while (text.ends_with(mark)) text.remove_suffix(1);
  }
  return text;
}

void OfferForms(std::string_view text, char letter, Candidate& best) {
  const std::string name(1, letter);
  best.Offer(letter, Form::kBrackets, text.rfind("(" + name + ")"));
  best.Offer(letter, Form::kStop, text.rfind(name + "."));
  best.Offer(letter, Form::kColon, text.rfind(name + ":"));
  best.Offer(letter, Form::kBracket, text.rfind(name + ")"));
  best.Offer(letter, Form::kSpace, text.rfind(name + " "));
  const std::string_view core = StripSpace(text);
  if (core.starts_with(letter) && (core.size() == 1 || !IsLetterByte(core[1]))) {
    best.Offer(letter, Form::kStart, 0);
  }
  if (core.ends_with(letter) && (core.size() == 1 || !IsLetterByte(core[core.size() - 2]))) {
    best.Offer(letter, Form::kEnd, text.size() - 1);
  }
}

}  // namespace

char LmmsEvalLetter(std::string_view reply, std::size_t choices) {
  const std::string text = " " + std::string(WithoutOuterMarks(reply)) + " ";
  const std::string lower = ToLowerAscii(text);
  const char last = static_cast<char>('A' + choices - 1);
  Candidate best;
  for (char letter = 'A'; letter <= last; ++letter) OfferForms(text, letter, best);
  for (const std::string_view phrase : kBeforeAnswer) {
    const std::size_t at = lower.find(phrase);
    if (at == std::string::npos) continue;
    for (char letter = 'A'; letter <= last; ++letter) {
      best.Offer(letter, Form::kPhrase, text.find(letter, at + phrase.size()));
    }
  }
  if (best.letter != '\0') return best.letter;
  for (char letter = 'A'; letter <= last; ++letter) {
    best.Offer(letter, Form::kAnywhere, text.rfind(letter));
  }
  return best.letter;
}

}  // namespace edgevlm
