// ReplyText: turns the bytes of tokens into text that can be emitted.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "tokenizer/text_stream.h"

namespace edgevlm {

// Tokens may end inside a character or a stop string. ReplyText holds back what is undecided and
// emits the rest:
//   - whole UTF-8 characters only; bytes that cannot be UTF-8 become U+FFFD;
//   - nothing of a stop string, nor of what may still become one;
//   - not the one blank before the first word, unless the reply continues a text.
class ReplyText {
 public:
  // stop: UTF-8, not empty; must outlive the object. expected_bytes: reserved at once. continues:
  // the reply continues a text.
  ReplyText(std::span<const std::string> stop, std::size_t expected_bytes, bool continues = false);

  // Adds the bytes of the next token; returns what can be emitted now (often nothing). The view is
  // valid until the next call. After stopped() returns nothing.
  std::string_view Add(std::string_view bytes);

  // Ends the reply: returns what was held back, except for an incomplete character.
  std::string_view Finish();

  // Whether a stop string appeared. The text ends before it.
  bool stopped() const { return stopped_; }

  // All text emitted so far.
  std::string_view shown() const { return std::string_view(text_).substr(0, shown_); }

 private:
  void AppendText(std::string_view text);
  std::size_t UndecidedBytes() const;
  std::string_view Show(std::size_t end);

  std::span<const std::string> stop_;
  TextStream characters_;
  std::string text_;       // UTF-8: emitted, then held back
  std::size_t shown_ = 0;  // bytes of text_ emitted
  bool at_start_;
  bool stopped_ = false;
};

}  // namespace edgevlm
