#include "base/text_kind.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ascii.h"
#include "base/file_kind.h"

namespace edgevlm {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f";
constexpr std::size_t kQuotedBytes = 24;

std::string_view WithoutBlanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

bool IsText(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_control = byte < ' ' || byte == 0x7F;
    return is_control && kBlanks.find(c) == std::string_view::npos;
  });
}

// Skips a declaration, comments and a document type, which only tell that it is XML.
std::string_view FirstElement(std::string_view text, bool* is_html) {
  while (true) {
    std::string_view end = ">";
    if (text.starts_with("<?")) {
      end = "?>";
    } else if (text.starts_with("<!--")) {
      end = "-->";
    } else if (StartsWithIgnoringCase(text, "<!doctype")) {
      *is_html = StartsWithIgnoringCase(WithoutBlanks(text.substr(9)), "html");
      const std::size_t inner = text.find('[');
      if (inner < text.find('>')) end = "]";  // declarations inside have ">" of their own
    } else if (!text.starts_with('>')) {
      return text;
    }
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) return {};
    text = WithoutBlanks(text.substr(at + end.size()));
  }
}

std::optional<std::string> Markup(std::string_view text) {
  if (!text.starts_with('<')) return std::nullopt;
  bool is_html = false;
  const std::string_view element = FirstElement(text, &is_html);
  if (StartsWithIgnoringCase(element, "<svg")) return "an SVG drawing (save it as PNG)";
  for (const std::string_view tag : {"<html", "<head", "<body", "<title", "<meta", "<script"}) {
    is_html = is_html || StartsWithIgnoringCase(element, tag);
  }
  if (is_html) return "a web page (HTML; a download that needs a login or another address?)";
  const bool is_tag = element.size() > 1 && std::isalpha(static_cast<unsigned char>(element[1]));
  if (is_tag || text.starts_with("<?xml")) return "an XML document";
  return std::nullopt;
}

std::optional<std::string> Json(std::string_view text) {
  const std::string_view inner = WithoutBlanks(text.substr(std::min<std::size_t>(1, text.size())));
  const bool is_object =
      text.starts_with('{') && (inner.starts_with('"') || inner.starts_with('}'));
  const bool is_array = text.starts_with('[') && !inner.empty() &&
                        std::string_view("{[\"]-0123456789tfn").find(inner[0]) != inner.npos;
  if (is_object || is_array) return "JSON (the answer of a server?)";
  return std::nullopt;
}

// The value of a digit of base64, of the usual alphabet or the one of addresses; -1 for others.
int DigitOf(char c) {
  if ('A' <= c && c <= 'Z') return c - 'A';
  if ('a' <= c && c <= 'z') return c - 'a' + 26;
  if ('0' <= c && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

// Decodes the first bytes of a base64 text; few or none if it is something else.
std::vector<std::byte> DecodedHead(std::string_view text) {
  constexpr std::size_t kMaxBytes = 512;
  std::vector<std::byte> bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (kBlanks.find(c) != std::string_view::npos) continue;
    const int digit = DigitOf(c);
    if (digit < 0 || bytes.size() == kMaxBytes) break;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<std::byte>(bits >> count & 0xff));
    }
  }
  return bytes;
}

// Only if the bytes have a known kind: every word is base64 of something.
std::optional<std::string> Base64(std::string_view text) {
  constexpr std::size_t kLeastBytes = 12;
  const std::vector<std::byte> bytes = DecodedHead(text);
  if (bytes.size() < kLeastBytes) return std::nullopt;
  const std::string kind = DescribeFile(bytes);
  const bool is_known = kind.starts_with("a ") || kind.starts_with("an ");
  if (!is_known) return std::nullopt;
  return "base64 text of " + kind.substr(0, kind.find(" (")) + " (decode it first)";
}

// Of its first line, in ASCII.
std::string Quotation(std::string_view text) {
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  std::string quoted(line.substr(0, kQuotedBytes));
  std::ranges::replace_if(
      quoted, [](char c) { return c < ' ' || c > '~'; }, '?');
  return "'" + quoted + (line.size() > kQuotedBytes ? "...'" : "'");
}

}  // namespace

std::optional<std::string> DescribeText(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "text in UTF-16";
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = WithoutBlanks(text);
  if (text.empty()) return "nothing but blanks";
  if (!IsText(text.substr(0, 512))) return std::nullopt;
  if (text.starts_with("version https://git-lfs") || text.starts_with("version https://hawser")) {
    return "a Git LFS pointer (`git lfs pull` fetches the file itself)";
  }
  if (StartsWithIgnoringCase(text, "data:")) {
    return "a data URI (the file itself is the base64 text behind its comma)";
  }
  if (auto markup = Markup(text)) return markup;
  if (auto json = Json(text)) return json;
  if (auto base64 = Base64(text)) return base64;
  return "text that begins " + Quotation(text);
}

}  // namespace edgevlm
