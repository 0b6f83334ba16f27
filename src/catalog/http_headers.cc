#include "catalog/http_headers.h"

#include <charconv>

#include "base/ascii.h"
#include "digest/sha256.h"

namespace edgevlm {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
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
  if (EqualIgnoringCase(name, "etag")) {
    if (value.starts_with('"')) response.etag = value;
  } else if (EqualIgnoringCase(name, "content-length")) {
    // In a 206 this is the size of the range; Content-Range has the size of the file and wins.
    if (!response.bytes) response.bytes = Number(value);
  } else if (EqualIgnoringCase(name, "content-range")) {
    ReadContentRange(value, response);
  } else if (EqualIgnoringCase(name, "x-linked-size")) {
    response.linked_bytes = Number(value);
  } else if (EqualIgnoringCase(name, "x-linked-etag") && value.size() > 2) {
    const std::string_view digest = value.substr(1, value.size() - 2);
    if (IsSha256Digest(digest)) response.linked_sha256 = digest;
  }
}

}  // namespace edgevlm
