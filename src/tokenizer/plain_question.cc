#include "tokenizer/plain_question.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <new>

#include "tokenizer/characters.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

// Characters typed as an apostrophe: ' ` and the spacing acute accent, left and right single
// quotation marks, the modifier letter, the prime.
bool IsApostrophe(char32_t value) {
  return value == 0x27 || value == 0x60 || value == 0xB4 || value == 0x2018 || value == 0x2019 ||
         value == 0x201B || value == 0x2BC || value == 0x2032;
}

// Other quotation marks: ", Unicode's initial and final quotation marks, low ones, primes, and East
// Asian quotation brackets.
bool IsQuotationMark(char32_t value) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(value));
  return category == UTF8PROC_CATEGORY_PI || category == UTF8PROC_CATEGORY_PF || value == 0x22 ||
         value == 0x201A || value == 0x201E || value == 0x2033 || value == 0x2036 ||
         (0x300C <= value && value <= 0x300F) || (0x301D <= value && value <= 0x301F);
}

// Runs before the compatibility mapping, which would decompose the acute accent.
utf8proc_int32_t PlainMark(utf8proc_int32_t value, void* /*data*/) {
  const auto point = static_cast<char32_t>(value);
  if (IsApostrophe(point)) return '\'';
  return IsQuotationMark(point) ? '"' : value;
}

std::string PlainLetters(std::string_view text) {
  utf8proc_uint8_t* plain = nullptr;
  constexpr auto kOptions = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                                           UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  const utf8proc_ssize_t size = utf8proc_map_custom(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &plain, kOptions, PlainMark, nullptr);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(plain, &std::free);
  if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  if (size < 0) return std::string(text);  // not UTF-8
  return {reinterpret_cast<const char*>(plain), static_cast<std::size_t>(size)};
}

bool IsLetterAt(std::string_view text, std::size_t at) {
  return at < text.size() && FirstClass(text.substr(at)) == CharacterClass::kLetter;
}

// Collapses whitespace and removes quotation marks.
std::string WithoutMarks(std::string_view text) {
  std::string words;
  bool is_after_letter = false;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = ReadCodePoint(text.substr(at));
    const auto bytes = static_cast<std::size_t>(point.bytes);
    const std::string_view character = text.substr(at, bytes);
    at += bytes;
    const CharacterClass kind = ClassOf(point.value);
    if (kind == CharacterClass::kSpace) {
      if (!words.empty() && words.back() != ' ') words += ' ';
    } else if (character == "'") {
      if (is_after_letter && IsLetterAt(text, at)) words += character;
    } else if (character != "\"") {
      words += character;
    }
    is_after_letter = kind == CharacterClass::kLetter;
  }
  return words;
}

// Whitespace and punctuation.
bool IsBesideWords(char32_t value) {
  return ClassOf(value) == CharacterClass::kSpace || IsPunctuation(value);
}

}  // namespace

std::string PlainQuestion(std::string_view text) {
  const std::string words = WithoutMarks(PlainLetters(text));
  std::size_t begin = std::string::npos, end = 0;
  for (std::size_t at = 0; at < words.size();) {
    const CodePoint point = ReadCodePoint(std::string_view(words).substr(at));
    const std::size_t next = at + static_cast<std::size_t>(point.bytes);
    if (!IsBesideWords(point.value)) {
      if (begin == std::string::npos) begin = at;
      end = next;
    }
    at = next;
  }
  return end == 0 ? "" : words.substr(begin, end - begin);
}

}  // namespace edgevlm
