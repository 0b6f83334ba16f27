#include "tokenizer/utf8.h"

#include <algorithm>

#include "base/check.h"

namespace edgevlm {
namespace {

// What the first byte determines: the length, and the range of the second byte, which excludes
// overlong forms, surrogates and values above U+10FFFF (Unicode 15.0, table 3-7).
struct Lead {
  int bytes;
  unsigned char second_low;
  unsigned char second_high;
};

Lead LeadOf(unsigned char first) {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xC2) return {0, 0, 0};
  if (first < 0xE0) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first < 0xF0) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first < 0xF4) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

CodePoint ReadCodePoint(std::string_view text) {
  CHECK(!text.empty());
  const auto first = static_cast<unsigned char>(text[0]);
  const Lead lead = LeadOf(first);
  if (lead.bytes == 0) return {};
  if (lead.bytes == 1) return {Utf8State::kWhole, first, 1};
  char32_t value = first & (0x7Fu >> lead.bytes);
  const int available = static_cast<int>(std::min<std::size_t>(text.size(), 4));
  for (int i = 1; i < lead.bytes; ++i) {
    if (i >= available) return {Utf8State::kTruncated, 0xFFFD, 1};
    const auto byte = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
    const unsigned char low = i == 1 ? lead.second_low : 0x80;
    const unsigned char high = i == 1 ? lead.second_high : 0xBF;
    if (byte < low || byte > high) return {};
    value = (value << 6) | (byte & 0x3Fu);
  }
  return {Utf8State::kWhole, value, lead.bytes};
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = ReadCodePoint(text);
    if (point.state != Utf8State::kWhole) return false;
    text.remove_prefix(static_cast<std::size_t>(point.bytes));
  }
  return true;
}

void AppendCodePoint(char32_t value, std::string& text) {
  CHECK(value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF));
  const auto append = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (value < 0x80) {
    append(value);
  } else if (value < 0x800) {
    append(0xC0 | (value >> 6));
    append(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    append(0xE0 | (value >> 12));
    append(0x80 | ((value >> 6) & 0x3F));
    append(0x80 | (value & 0x3F));
  } else {
    append(0xF0 | (value >> 18));
    append(0x80 | ((value >> 12) & 0x3F));
    append(0x80 | ((value >> 6) & 0x3F));
    append(0x80 | (value & 0x3F));
  }
}

}  // namespace edgevlm
