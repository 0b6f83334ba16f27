#include "tokenizer/words.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/check.h"
#include "tokenizer/characters.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr std::string_view kContractions[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};

bool IsLineEnd(char byte) { return byte == '\r' || byte == '\n'; }

std::size_t ContractionLength(std::string_view text, bool any_case) {
  for (const std::string_view contraction : kContractions) {
    const std::string_view start = text.substr(0, contraction.size());
    const bool same =
        std::equal(start.begin(), start.end(), contraction.begin(), contraction.end(),
                   [&](char a, char b) { return (any_case ? ToLowerAscii(a) : a) == b; });
    if (same) return contraction.size();
  }
  return 0;
}

std::size_t FirstLength(std::string_view text) {
  return static_cast<std::size_t>(ReadCodePoint(text).bytes);
}

// REQUIRES, for both functions: text is not empty. They return at least 1.
std::size_t WordLength(std::string_view text) {
  if (const std::size_t length = ContractionLength(text, false)) return length;
  const std::size_t space = text[0] == ' ' && text.size() > 1 ? 1 : 0;
  const CharacterClass kind = FirstClass(text.substr(space));
  if (kind != CharacterClass::kSpace) return space + RunLength(text.substr(space), kind);
  std::size_t last = 0;
  const std::size_t length = RunLength(text, CharacterClass::kSpace, &last);
  return SpaceWordLength(text, length, last);
}

// [^\r\n\p{L}\p{N}]?\p{L}+ ; 0: no match.
std::size_t LettersLength(std::string_view text) {
  const CharacterClass kind = FirstClass(text);
  const bool joins =
      kind != CharacterClass::kLetter && kind != CharacterClass::kNumber && !IsLineEnd(text[0]);
  const std::size_t joined = joins ? FirstLength(text) : 0;
  const std::size_t letters = RunLength(text.substr(joined), CharacterClass::kLetter);
  return letters == 0 ? 0 : joined + letters;
}

// \p{N}{1,digits} ; 0: no match.
std::size_t DigitsLength(std::string_view text, int digits) {
  std::size_t length = 0;
  for (int i = 0; i < digits; ++i) {
    const std::string_view rest = text.substr(length);
    if (FirstClass(rest) != CharacterClass::kNumber) break;
    length += FirstLength(rest);
  }
  return length;
}

// ' '?[^\s\p{L}\p{N}]+[\r\n]* ; 0: no match.
std::size_t OthersLength(std::string_view text) {
  const std::size_t space = text[0] == ' ' ? 1 : 0;
  const std::size_t others = RunLength(text.substr(space), CharacterClass::kOther);
  if (others == 0) return 0;
  std::size_t length = space + others;
  while (length < text.size() && IsLineEnd(text[length])) ++length;
  return length;
}

std::size_t WordOrLineLength(std::string_view text, int digits) {
  if (const std::size_t length = ContractionLength(text, true)) return length;
  if (const std::size_t length = LettersLength(text)) return length;
  if (const std::size_t length = DigitsLength(text, digits)) return length;
  if (const std::size_t length = OthersLength(text)) return length;
  std::size_t last = 0;
  const std::size_t length = RunLength(text, CharacterClass::kSpace, &last);
  const std::size_t line_end = text.substr(0, length).find_last_of("\r\n");
  if (line_end != std::string_view::npos) return line_end + 1;
  return SpaceWordLength(text, length, last);
}

}  // namespace

std::vector<std::string_view> SplitWords(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t length = WordLength(text);
    words.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return words;
}

std::vector<std::string_view> SplitWordsAndLines(std::string_view text, int digits) {
  CHECK(digits >= 1);
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t length = WordOrLineLength(text, digits);
    words.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return words;
}

}  // namespace edgevlm
