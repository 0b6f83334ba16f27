#include "eval/scores/text.h"

#include "base/ascii.h"
#include "base/check.h"

namespace edgevlm {

std::string_view StripSpace(std::string_view text) {
  while (!text.empty() && IsAsciiSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsAsciiSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> SplitAtSpace(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && !IsAsciiSpace(text[end])) ++end;
    if (end > i) words.push_back(text.substr(i, end - i));
    i = end + 1;
  }
  return words;
}

std::string Replaced(std::string_view text, std::string_view from, std::string_view to) {
  CHECK(!from.empty());
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t found = text.find(from, i);
    result += text.substr(i, found - i);
    if (found == std::string_view::npos) break;
    result += to;
    i = found + from.size();
  }
  return result;
}

std::string LowerLatin(std::string_view text) {
  std::string lower = ToLowerAscii(text);
  for (std::size_t i = 1; i < lower.size(); ++i) {
    const auto byte = static_cast<unsigned char>(lower[i]);
    // U+00C0 to U+00DE, without the multiplication sign U+00D7.
    if (lower[i - 1] == '\xC3' && 0x80 <= byte && byte <= 0x9E && byte != 0x97) {
      lower[i] = static_cast<char>(byte + 0x20);
    }
  }
  return lower;
}

std::string QuotedReply(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string quoted = "'";
  for (const char c : text.substr(0, kShown)) quoted += (' ' <= c && c <= '~') ? c : '?';
  return quoted + (text.size() > kShown ? "...'" : "'");
}

}  // namespace edgevlm
