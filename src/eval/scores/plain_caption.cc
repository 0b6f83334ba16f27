#include "eval/scores/plain_caption.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/ascii.h"
#include "eval/scores/text.h"

namespace edgevlm {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// The code point at the start of a text that is not empty.
CodePoint FirstCodePoint(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1, true};
  const std::size_t bytes = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < bytes) return {};
  std::uint32_t value = byte(0) & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0u) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  const bool surrogate = 0xD800 <= value && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {};
  return {value, bytes, true};
}

struct Replacement {
  std::uint32_t from;
  std::uint32_t to;  // inclusive
  std::string_view text;
};

// In order; what is not in a range stays as it is.
constexpr std::array kReplacements = {
    Replacement{0x00, 0x20, " "},
    Replacement{0x7F, 0xA0, " "},
    Replacement{0xA3, 0xA3, "#"},
    Replacement{0xAB, 0xAB, "\""},
    Replacement{0xB0, 0xB0, " \xC2\xB0 "},
    Replacement{0xBB, 0xBB, "\""},
    Replacement{0xBC, 0xBC, "1/4"},
    Replacement{0xBD, 0xBD, "1/2"},
    Replacement{0xBE, 0xBE, "3/4"},
    Replacement{0x1680, 0x1680, " "},
    Replacement{0x2000, 0x200F, " "},
    Replacement{0x2010, 0x2011, "-"},
    Replacement{0x2012, 0x2015, "--"},
    Replacement{0x2016, 0x2017, " "},
    Replacement{0x2018, 0x201B, "'"},
    Replacement{0x201C, 0x201F, "\""},
    Replacement{0x2020, 0x2025, " "},
    Replacement{0x2026, 0x2026, "..."},
    Replacement{0x2027, 0x2031, " "},
    Replacement{0x2032, 0x2032, "'"},
    Replacement{0x2033, 0x2033, "\""},
    Replacement{0x2034, 0x206F, " "},
    Replacement{0x20AC, 0x20AC, "$"},
    Replacement{0x20D0, 0x2BFF, " "},  // symbols, arrows, dingbats
    Replacement{0x3000, 0x3004, " "},  // punctuation of Chinese and Japanese
    Replacement{0x3008, 0x3020, " "},
    Replacement{0xD800, 0xF8FF, " "},
    Replacement{0xFE00, 0xFE0F, " "},  // variants of emoji
    Replacement{0xFEFF, 0xFEFF, " "},
    Replacement{0xFFF0, 0xFFFF, " "},
    Replacement{0x1F000, 0x1FAFF, " "},  // emoji
    Replacement{0xE0000, 0x10FFFF, " "},
};

}  // namespace

std::string PlainCaption(std::string_view caption) {
  std::string plain;
  plain.reserve(caption.size());
  while (!caption.empty()) {
    const CodePoint first = FirstCodePoint(caption);
    const auto range = std::ranges::find_if(kReplacements, [&](const Replacement& replacement) {
      return replacement.from <= first.value && first.value <= replacement.to;
    });
    if (!first.valid || range == kReplacements.end()) {
      plain += first.valid ? caption.substr(0, first.bytes) : " ";
    } else {
      plain += range->text;
    }
    caption.remove_prefix(first.bytes);
  }
  return LowerLatin(plain);
}

}  // namespace edgevlm
