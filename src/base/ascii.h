// ASCII letters and digits: lower-casing, case-insensitive comparison, and what is one.
//
// For names that protocols and files spell in any case (HTTP headers, URI schemes, file types).
// Bytes that are not ASCII letters stay as they are, whatever the locale. Threads: any.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace edgevlm {

constexpr char ToLowerAscii(char c) {
  return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr char ToUpperAscii(char c) {
  return 'a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

constexpr bool IsAlphanumericAscii(char c) {
  const char lower = ToLowerAscii(c);
  return ('a' <= lower && lower <= 'z') || ('0' <= c && c <= '9');
}

inline std::string ToLowerAscii(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return ToLowerAscii(c); });
  return lower;
}

inline std::string ToUpperAscii(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), [](char c) { return ToUpperAscii(c); });
  return upper;
}

constexpr bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b,
                            [](char x, char y) { return ToLowerAscii(x) == ToLowerAscii(y); });
}

constexpr bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  return EqualIgnoringCase(text.substr(0, prefix.size()), prefix);
}

}  // namespace edgevlm
