#include "tokenizer/words.h"

#include <utf8proc.h>

#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

enum class CharacterClass { kLetter, kNumber, kBlank, kOther };

// Unicode's White_Space property, which is what \s means in the pattern.
bool IsBlank(char32_t value) {
  return (0x09 <= value && value <= 0x0D) || value == 0x20 || value == 0x85 || value == 0xA0 ||
         value == 0x1680 || (0x2000 <= value && value <= 0x200A) || value == 0x2028 ||
         value == 0x2029 || value == 0x202F || value == 0x205F || value == 0x3000;
}

CharacterClass ClassOf(char32_t value) {
  if (IsBlank(value)) return CharacterClass::kBlank;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(value))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return CharacterClass::kLetter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return CharacterClass::kNumber;
    default:
      return CharacterClass::kOther;
  }
}

// The bytes of the longest start of the text in which all characters are of the class. `last` gets
// the bytes of its last character.
std::size_t RunLength(std::string_view text, CharacterClass wanted, std::size_t* last = nullptr) {
  std::size_t length = 0;
  while (length < text.size()) {
    const CodePoint point = ReadCodePoint(text.substr(length));
    if (ClassOf(point.value) != wanted) break;
    length += static_cast<std::size_t>(point.bytes);
    if (last != nullptr) *last = static_cast<std::size_t>(point.bytes);
  }
  return length;
}

std::size_t ContractionLength(std::string_view text) {
  for (const std::string_view contraction : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (text.starts_with(contraction)) return contraction.size();
  }
  return 0;
}

// REQUIRES: text is not empty. Returns at least 1.
std::size_t WordLength(std::string_view text) {
  if (const std::size_t length = ContractionLength(text)) return length;
  const std::size_t blank = text[0] == ' ' && text.size() > 1 ? 1 : 0;
  const CharacterClass kind = ClassOf(ReadCodePoint(text.substr(blank)).value);
  if (kind != CharacterClass::kBlank) return blank + RunLength(text.substr(blank), kind);
  std::size_t last = 0;
  const std::size_t length = RunLength(text, CharacterClass::kBlank, &last);
  // The last blank of several goes to the word after them: \s+(?!\S).
  const bool at_end = length == text.size();
  return at_end || length == last ? length : length - last;
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

}  // namespace edgevlm
