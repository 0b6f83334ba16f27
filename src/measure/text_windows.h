// TextWindows: a text cut into windows of tokens, each of which a model reads from an empty cache.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// If the vocabulary begins texts with a token, each window begins with it in place of its own first
// token (as llama.cpp's perplexity and imatrix tools have it).
class TextWindows {
 public:
  TextWindows() = default;  // none

  // At most max_windows whole windows. text: any bytes. Errors: kInvalid (shorter than one window),
  // kTooLarge (a window over the engine's context).
  static Result<TextWindows> Cut(const Engine& engine, std::string_view text, int window_tokens,
                                 int max_windows);

  int size() const { return size_; }  // W, the tokens of a window
  int count() const { return count_; }
  std::vector<int> Tokens(int window) const;  // [W]

  // Whether an engine would cut the text into the same tokens.
  bool Match(const Engine& engine, std::string_view text) const;

 private:
  std::vector<int> text_;  // its tokens
  std::optional<int> bos_;
  int size_ = 0;
  int count_ = 0;
};

// Errors: kTooLarge (a window over the engine's context).
MaybeError CheckWindow(const Engine& engine, int window_tokens);

}  // namespace edgevlm
