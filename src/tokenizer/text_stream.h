// TextStream: joins the bytes of tokens as they come and gives whole characters only.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

// For each part of a text, what can be shown now. A character whose bytes are spread over several
// tokens appears with its last byte. Bytes that can not become UTF-8 appear as U+FFFD, one per
// byte, so that the output is always valid UTF-8. The bytes of a character that never becomes whole
// do not appear. Not for several threads at once.
class TextStream {
 public:
  // The characters that are whole after these bytes.
  std::string Push(std::string_view bytes);

 private:
  std::string held_;  // the start of a character, at most 3 bytes
};

}  // namespace edgevlm
