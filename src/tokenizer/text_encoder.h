// TextEncoder: one kind of tokenizer, as far as plain text goes.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace edgevlm {

// Threads: all const methods from any thread at once.
class TextEncoder {
 public:
  virtual ~TextEncoder() = default;

  // Appends the ids of a text in which no token is looked for as a whole: never a control token.
  // at_start: nothing, or a token that is no piece of text, stands before it. O(n log n) in bytes.
  virtual void Encode(std::string_view text, bool at_start, std::vector<int>& ids) const = 0;
};

// For maps from texts that are asked by views.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

}  // namespace edgevlm
