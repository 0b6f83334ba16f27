// UTF-8, read one code point at a time from bytes that may hold anything.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

enum class Utf8State {
  kWhole,      // a valid code point
  kTruncated,  // the text ends inside a sequence that is valid so far
  kInvalid,    // no continuation can make the first byte valid
};

struct CodePoint {
  Utf8State state = Utf8State::kInvalid;
  char32_t value = 0xFFFD;  // U+FFFD unless whole
  int bytes = 1;            // of the sequence if whole; 1 otherwise
};

// The code point at the start of the text. Overlong forms, surrogates and values above U+10FFFF are
// invalid. REQUIRES: text is not empty.
CodePoint ReadCodePoint(std::string_view text);

// Appends the code point in UTF-8. REQUIRES: value <= 0x10FFFF and no surrogate.
void AppendCodePoint(char32_t value, std::string& text);

}  // namespace edgevlm
