#include "cli/chat/pasted_path.h"

#include <charconv>
#include <string_view>

namespace edgevlm {
namespace {

// Unquotes like a shell: nothing is special between ' and ', a backslash escapes the next
// character, between " and " only if that is special there. Unquoted blanks are kept.
std::string Unquoted(std::string_view text) {
  std::string path;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    const bool escapes =
        c == '\\' && next != '\0' && quote != '\'' &&
        (quote == 0 || std::string_view("\"\\$`").find(next) != std::string_view::npos);
    if (escapes) {
      path += next;
      ++i;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else {
      path += c;
    }
  }
  // A single mark is an apostrophe.
  return quote == 0 ? path : std::string(text);
}

std::string Decoded(std::string_view uri) {
  std::string path;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    unsigned value = 0;
    const std::string_view digits = uri.substr(i + 1, 2);
    const char* end = digits.data() + digits.size();
    const bool is_escape = uri[i] == '%' && digits.size() == 2 &&
                           std::from_chars(digits.data(), end, value, 16).ptr == end && value != 0;
    path += is_escape ? static_cast<char>(value) : uri[i];
    if (is_escape) i += 2;
  }
  return path;
}

}  // namespace

std::string PathOfPasted(const std::string& text,
                         const std::function<bool(const std::string&)>& exists,
                         const std::string& home) {
  if (exists(text)) return text;
  const std::string path = Unquoted(text);
  for (const std::string_view scheme : {"file://localhost/", "file:///"}) {
    if (path.starts_with(scheme)) return Decoded(std::string_view(path).substr(scheme.size() - 1));
  }
  if (path.starts_with("~/") && !home.empty()) return home + path.substr(1);
  return path;
}

}  // namespace edgevlm
