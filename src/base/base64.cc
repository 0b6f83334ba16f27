#include "base/base64.h"

#include <array>
#include <cstdint>

namespace edgevlm {
namespace {

constexpr std::int8_t kNone = -1;
constexpr std::int8_t kBlank = -2;
constexpr std::int8_t kPadding = -3;

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> MakeValues() {
  std::array<std::int8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  }
  values['-'] = values['+'];
  values['_'] = values['/'];
  for (const char c : std::string_view(" \t\r\n")) values[static_cast<unsigned char>(c)] = kBlank;
  values['='] = kPadding;
  return values;
}
constexpr std::array<std::int8_t, 256> kValues = MakeValues();

constexpr int kDigitBits = 6;
constexpr int kByteBits = 8;

}  // namespace

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t held = 0;  // bits of an incomplete byte
  int held_bits = 0;
  bool padded = false;
  for (const char c : text) {
    const std::int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kBlank) continue;
    if (value == kPadding) {
      padded = true;
      continue;
    }
    if (value == kNone || padded) return std::nullopt;
    held = held << kDigitBits | static_cast<std::uint32_t>(value);
    held_bits += kDigitBits;
    if (held_bits < kByteBits) continue;
    held_bits -= kByteBits;
    bytes += static_cast<char>(held >> held_bits & 0xff);
  }
  if (held_bits >= kDigitBits) return std::nullopt;  // a single digit of the next byte
  return bytes;
}

std::string EncodeBase64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t held = 0;
  int held_bits = 0;
  for (const char c : bytes) {
    held = held << kByteBits | static_cast<unsigned char>(c);
    for (held_bits += kByteBits; held_bits >= kDigitBits; held_bits -= kDigitBits) {
      text += kDigits[held >> (held_bits - kDigitBits) & 63];
    }
  }
  if (held_bits > 0) text += kDigits[held << (kDigitBits - held_bits) & 63];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

}  // namespace edgevlm
