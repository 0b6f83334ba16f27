// TextStream: turns the bytes of generated tokens into text, whole UTF-8 characters at a time.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

// A character whose bytes are spread over several tokens is returned with its last byte. Each byte
// that cannot be part of UTF-8 becomes U+FFFD, so the output is always valid UTF-8. The bytes of an
// incomplete last character are never returned. Threads: one at a time.
class TextStream {
 public:
  // Appends bytes; returns the characters that they complete.
  std::string Push(std::string_view bytes);

 private:
  std::string held_;  // an incomplete character, at most 3 bytes
};

}  // namespace edgevlm
