// The classes of characters by which texts are split into words.
#pragma once

#include <string_view>

namespace edgevlm {

enum class CharacterClass {
  kLetter,  // \p{L}
  kNumber,  // \p{N}
  kBlank,   // \s: Unicode's White_Space property
  kOther,   // the rest; also a byte of invalid UTF-8
};

CharacterClass ClassOf(char32_t value);

// \p{P}
bool IsPunctuation(char32_t value);

// The class of the first character; kOther for an empty text.
CharacterClass FirstClass(std::string_view text);

// The bytes of the longest start of the text in which all characters are of the class. `last` gets
// the bytes of its last character, if there is one. O(result).
std::size_t RunLength(std::string_view text, CharacterClass wanted, std::size_t* last = nullptr);

// How many of `length` blanks at the start of the text make a word of their own: the last of
// several goes to what follows them, unless they end the text: \s+(?!\S)|\s+ . last: bytes of the
// last blank.
std::size_t BlankWordLength(std::string_view text, std::size_t length, std::size_t last);

}  // namespace edgevlm
