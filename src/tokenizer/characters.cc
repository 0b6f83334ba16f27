#include "tokenizer/characters.h"

#include <utf8proc.h>

#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

bool IsSpace(char32_t value) {
  return (0x09 <= value && value <= 0x0D) || value == 0x20 || value == 0x85 || value == 0xA0 ||
         value == 0x1680 || (0x2000 <= value && value <= 0x200A) || value == 0x2028 ||
         value == 0x2029 || value == 0x202F || value == 0x205F || value == 0x3000;
}

}  // namespace

CharacterClass ClassOf(char32_t value) {
  if (IsSpace(value)) return CharacterClass::kSpace;
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

bool IsPunctuation(char32_t value) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(value))) {
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
      return true;
    default:
      return false;
  }
}

CharacterClass FirstClass(std::string_view text) {
  return text.empty() ? CharacterClass::kOther : ClassOf(ReadCodePoint(text).value);
}

std::size_t RunLength(std::string_view text, CharacterClass wanted, std::size_t* last) {
  std::size_t length = 0;
  while (length < text.size()) {
    const CodePoint point = ReadCodePoint(text.substr(length));
    if (ClassOf(point.value) != wanted) break;
    length += static_cast<std::size_t>(point.bytes);
    if (last != nullptr) *last = static_cast<std::size_t>(point.bytes);
  }
  return length;
}

std::size_t SpaceWordLength(std::string_view text, std::size_t length, std::size_t last) {
  const bool at_end = length == text.size();
  return at_end || length == last ? length : length - last;
}

}  // namespace edgevlm
