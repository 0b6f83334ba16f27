#include "fleet/name_template.h"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/ascii.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxReplyBytes = 100;
constexpr std::string_view kAnswer = "answer";

bool IsLetterOrDigit(char c) { return IsAlphanumericAscii(c) || (c & 0x80) != 0; }

// Cuts a text of UTF-8 between two characters.
void Cut(std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return;
  while (bytes > 0 && (text[bytes] & 0xC0) == 0x80) --bytes;
  text.resize(bytes);
}

// "A red car, parked." -> "A-red-car-parked"
std::string Dashed(std::string_view text) {
  std::string words;
  for (const char c : text) {
    if (IsLetterOrDigit(c)) {
      words += c;
    } else if (!words.empty() && words.back() != '-') {
      words += '-';
    }
  }
  Cut(words, kMaxReplyBytes);
  while (words.ends_with('-')) words.pop_back();
  return words;
}

Error Wrong(std::string_view text, const std::string& what) {
  return {ErrorCode::kInvalid, "rename: '" + std::string(text) + "': " + what};
}

bool CannotBeInName(char c) {
  return c == '/' || c == '}' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

Result<NameTemplate::Piece> NameTemplate::Field(std::string_view name, std::size_t replies) {
  if (name == "caption") return Piece{.kind = Piece::Kind::kReply};
  if (name == "name") return Piece{.kind = Piece::Kind::kName};
  if (name == "number") return Piece{.kind = Piece::Kind::kNumber};
  if (name.starts_with(kAnswer)) {
    const std::string_view digits = name.substr(kAnswer.size());
    std::size_t number = 1;
    const char* const end = digits.data() + digits.size();
    const bool is_whole = digits.empty() || std::from_chars(digits.data(), end, number).ptr == end;
    if (is_whole && 1 <= number && number <= replies) {
      return Piece{.kind = Piece::Kind::kReply, .reply = number - 1};
    }
  }
  return Error{ErrorCode::kInvalid,
               "expected {caption}, {answer}, {answer2} and so on for each "
               "question, {name} or {number}, found {" +
                   std::string(name) + "}"};
}

Result<NameTemplate> NameTemplate::Parse(std::string_view text, std::size_t replies) {
  NameTemplate parsed;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '{') {
      const std::size_t end = std::min(text.find('{', i), text.size());
      const std::string_view plain = text.substr(i, end - i);
      if (std::ranges::any_of(plain, CannotBeInName)) {
        return Wrong(text, "expected neither '/' nor a single '}' nor control characters");
      }
      parsed.pieces_.push_back({.text = std::string(plain)});
      i = end;
      continue;
    }
    const std::size_t end = text.find('}', i);
    if (end == std::string_view::npos) return Wrong(text, "expected '}' after the last '{'");
    Result<Piece> piece = Field(text.substr(i + 1, end - i - 1), replies);
    if (!piece) return Wrong(text, piece.error().message);
    parsed.pieces_.push_back(*std::move(piece));
    i = end + 1;
  }
  const auto is_field = [](const Piece& piece) { return piece.kind != Piece::Kind::kText; };
  if (std::ranges::none_of(parsed.pieces_, is_field)) {
    return Wrong(text, "expected a field such as {caption}, found none");
  }
  return parsed;
}

std::string NameTemplate::NameOf(const NameSource& source) const {
  const std::filesystem::path path(source.path);
  std::string name;
  bool says_something = false;
  for (const Piece& piece : pieces_) {
    std::string text = piece.text;
    if (piece.kind == Piece::Kind::kReply) text = Dashed(source.replies[piece.reply].text);
    if (piece.kind == Piece::Kind::kName) text = path.stem();
    if (piece.kind == Piece::Kind::kNumber) {
      char digits[24];
      std::snprintf(digits, sizeof(digits), "%06" PRId64, source.number);
      text = digits;
    }
    says_something = says_something || (piece.kind != Piece::Kind::kText && !text.empty());
    name += text;
  }
  Cut(name, kMaxNameBytes);
  // A name that begins with a dot is hidden.
  while (name.starts_with('.') || name.starts_with(' ')) name.erase(0, 1);
  if (name.empty() || !says_something) return "";
  return name + path.extension().string();
}

}  // namespace edgevlm
