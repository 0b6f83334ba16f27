#include "catalog/http_headers.h"

#include <algorithm>
#include <charconv>

#include "digest/sha256.h"

namespace edgevlm {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

char Lower(char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// `lower` is in lower case.
bool SameName(std::string_view name, std::string_view lower) {
  return std::equal(name.begin(), name.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return Lower(a) == b; });
}

// Decimal digits and nothing else.
std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

// "bytes 5-9/10", "bytes */10"
void ReadContentRange(std::string_view text, HttpResponse& response) {
  constexpr std::string_view kUnit = "bytes ";
  const auto slash = text.find('/');
  if (!text.starts_with(kUnit) || slash == std::string_view::npos) return;
  response.bytes = Number(Trim(text.substr(slash + 1)));
  const std::string_view range = text.substr(kUnit.size(), slash - kUnit.size());
  response.from = Number(range.substr(0, range.find('-')));
}

}  // namespace

void ReadHeader(std::string_view line, HttpResponse& response) {
  if (line.starts_with("HTTP/")) {
    response = {};
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = Trim(line.substr(colon + 1));
  if (SameName(name, "etag")) {
    if (value.starts_with('"')) response.etag = value;
  } else if (SameName(name, "content-length")) {
    // Of a 206 it is the part's; Content-Range, whichever comes first, tells the whole.
    if (!response.bytes) response.bytes = Number(value);
  } else if (SameName(name, "content-range")) {
    ReadContentRange(value, response);
  } else if (SameName(name, "x-linked-size")) {
    response.linked_bytes = Number(value);
  } else if (SameName(name, "x-linked-etag") && value.size() > 2) {
    const std::string_view digest = value.substr(1, value.size() - 2);
    if (IsSha256Digest(digest)) response.linked_sha256 = digest;
  }
}

}  // namespace edgevlm
