// UTF-8 decoding, one code point at a time, from arbitrary bytes.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

enum class Utf8State {
  kWhole,      // a valid code point
  kTruncated,  // the text ends inside a sequence that is valid so far
  kInvalid,    // the first byte does not start a valid sequence
};

struct CodePoint {
  Utf8State state = Utf8State::kInvalid;
  char32_t value = 0xFFFD;  // U+FFFD unless kWhole
  int bytes = 1;            // of the sequence if kWhole; 1 otherwise
};

// The code point at the start of the text. Overlong forms, surrogates and values above U+10FFFF are
// invalid. REQUIRES: text is not empty.
CodePoint ReadCodePoint(std::string_view text);

// Whether the whole text is valid UTF-8.
bool IsUtf8(std::string_view text);

// Appends the code point in UTF-8. REQUIRES: value <= 0x10FFFF, not a surrogate.
void AppendCodePoint(char32_t value, std::string& text);

}  // namespace edgevlm
