// Character classes of the pre-tokenizers.
#pragma once

#include <string_view>

namespace edgevlm {

enum class CharacterClass {
  kLetter,  // \p{L}
  kNumber,  // \p{N}
  kSpace,   // \s: Unicode's White_Space property
  kOther,   // everything else, also a byte of invalid UTF-8
};

CharacterClass ClassOf(char32_t value);

// \p{P}
bool IsPunctuation(char32_t value);

// The class of the first character; kOther if the text is empty.
CharacterClass FirstClass(std::string_view text);

// Bytes of the longest prefix whose characters are all of the class. `last` receives the bytes of
// its last character if there is one. O(result).
std::size_t RunLength(std::string_view text, CharacterClass wanted, std::size_t* last = nullptr);

// How many of the `length` bytes of whitespace at the start of the text form a word: all if they
// end the text, else all but the last character, which joins the next word: \s+(?!\S)|\s+ . last:
// bytes of the last whitespace character.
std::size_t SpaceWordLength(std::string_view text, std::size_t length, std::size_t last);

}  // namespace edgevlm
