#include "decode/reply_text.h"

#include <algorithm>

namespace edgevlm {

ReplyText::ReplyText(std::span<const std::string> stop, std::size_t expected_bytes, bool continues)
    : stop_(stop), at_start_(!continues) {
  text_.reserve(expected_bytes);
}

std::string_view ReplyText::Add(std::string_view bytes) {
  if (stopped_) return {};
  if (at_start_ && !bytes.empty()) {
    if (bytes.front() == ' ') bytes.remove_prefix(1);
    at_start_ = false;
  }
  AppendText(characters_.Push(bytes));
  return Show(stopped_ ? text_.size() : text_.size() - UndecidedBytes());
}

std::string_view ReplyText::Finish() {
  if (stopped_) return {};
  return Show(text_.size());
}

// Cuts the text before the first stop string that ends in the added bytes.
void ReplyText::AppendText(std::string_view text) {
  const std::size_t first_new = text_.size();
  text_ += text;
  std::size_t cut = std::string::npos;
  for (const std::string& stop : stop_) {
    const std::size_t overlap = std::min(first_new - shown_, stop.size() - 1);
    cut = std::min(cut, text_.find(stop, first_new - overlap));
  }
  if (cut == std::string::npos) return;
  text_.resize(cut);
  stopped_ = true;
}

// The length of the longest suffix of text_ that is a prefix of a stop string.
std::size_t ReplyText::UndecidedBytes() const {
  std::size_t longest = 0;
  const std::string_view held = std::string_view(text_).substr(shown_);
  for (const std::string& stop : stop_) {
    for (std::size_t n = std::min(held.size(), stop.size() - 1); n > longest; --n) {
      if (held.ends_with(std::string_view(stop).substr(0, n))) longest = n;
    }
  }
  return longest;
}

std::string_view ReplyText::Show(std::size_t end) {
  const std::string_view piece = std::string_view(text_).substr(shown_, end - shown_);
  shown_ = end;
  return piece;
}

}  // namespace edgevlm
