// Characters and words of replies, as the scores need them. Bytes above 127 are parts of words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

constexpr bool IsAsciiDigit(char c) { return '0' <= c && c <= '9'; }
constexpr bool IsAsciiLetter(char c) { return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z'); }
constexpr bool IsAsciiSpace(char c) { return c == ' ' || ('\t' <= c && c <= '\r'); }
// A letter, or a byte of a character that ASCII does not have.
constexpr bool IsLetterByte(char c) {
  return IsAsciiLetter(c) || static_cast<unsigned char>(c) > 127;
}

std::string_view StripSpace(std::string_view text);
std::vector<std::string_view> SplitAtSpace(std::string_view text);

// The text with every `from` replaced. REQUIRES: from is not empty.
std::string Replaced(std::string_view text, std::string_view from, std::string_view to);

// Lower case of the letters of Latin-1 (UTF-8); all other bytes stay as they are.
std::string LowerLatin(std::string_view text);

// A text for an error message: quoted, cut after 40 bytes, without control characters.
std::string QuotedReply(std::string_view text);

}  // namespace edgevlm
