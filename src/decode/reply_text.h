// ReplyText: from the bytes of tokens to text that may be shown.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "tokenizer/text_stream.h"

namespace edgevlm {

// Tokens end where they like: inside a character, or inside a stop string. ReplyText holds back
// what is not decided yet and gives out the rest:
//   - whole UTF-8 characters only; bytes that cannot be UTF-8 become U+FFFD;
//   - nothing of a stop string, nor of what may still become one;
//   - not the one blank that stands before the first word, unless the reply goes on from a text.
class ReplyText {
 public:
  // stop: UTF-8, not empty; must outlive the object. expected_bytes: room made at once. goes_on:
  // from a text before it.
  ReplyText(std::span<const std::string> stop, std::size_t expected_bytes, bool goes_on = false);

  // Takes the bytes of the next token; returns what may be shown now (often nothing). The view is
  // valid until the next call. After stopped() returns nothing.
  std::string_view Add(std::string_view bytes);

  // The reply is over: returns what was held back, without the bytes of a character that it was cut
  // in.
  std::string_view Finish();

  // A stop string appeared. The text ends before it.
  bool stopped() const { return stopped_; }

  // All that was given out.
  std::string_view shown() const { return std::string_view(text_).substr(0, shown_); }

 private:
  void AppendText(std::string_view text);
  std::size_t UndecidedBytes() const;
  std::string_view Show(std::size_t end);

  std::span<const std::string> stop_;
  TextStream characters_;
  std::string text_;       // UTF-8: shown, then held back
  std::size_t shown_ = 0;  // bytes of text_ given out
  bool at_start_;
  bool stopped_ = false;
};

}  // namespace edgevlm
