// TextEncoder: interface of the tokenization algorithms, for plain text.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace edgevlm {

// Threads: all const methods from any thread at once.
class TextEncoder {
 public:
  virtual ~TextEncoder() = default;

  // Appends the ids of a text. Never produces control tokens.
  // at_start: the text is at the start of the input or follows a special token. O(n log n) in
  // bytes.
  virtual void Encode(std::string_view text, bool at_start, std::vector<int>& ids) const = 0;
};

// Transparent hash for maps with std::string keys, for look-ups by std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

}  // namespace edgevlm
