#include "tokenizer/byte_spelling.h"

#include <array>

#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr char32_t kFirstSubstitute = 0x100;
constexpr int kSubstitutes = 68;

constexpr bool IsPrintable(int byte) {
  return (0x21 <= byte && byte <= 0x7E) || (0xA1 <= byte && byte <= 0xAC) || byte >= 0xAE;
}

constexpr std::array<char32_t, 256> MakeSpelling() {
  std::array<char32_t, 256> spelling{};
  char32_t substitute = kFirstSubstitute;
  for (int byte = 0; byte < 256; ++byte) {
    spelling[static_cast<std::size_t>(byte)] =
        IsPrintable(byte) ? static_cast<char32_t>(byte) : substitute++;
  }
  return spelling;
}

constexpr std::array<char32_t, 256> kSpelling = MakeSpelling();

constexpr std::array<int, kFirstSubstitute + kSubstitutes> MakeByteOf() {
  std::array<int, kFirstSubstitute + kSubstitutes> byte_of{};
  for (int& byte : byte_of) byte = -1;
  for (int byte = 0; byte < 256; ++byte) byte_of[kSpelling[static_cast<std::size_t>(byte)]] = byte;
  return byte_of;
}

constexpr auto kByteOf = MakeByteOf();

}  // namespace

std::string SpellBytes(std::string_view bytes) {
  std::string spelling;
  for (const char byte : bytes) {
    AppendCodePoint(kSpelling[static_cast<unsigned char>(byte)], spelling);
  }
  return spelling;
}

std::optional<std::string> UnspellBytes(std::string_view spelling) {
  std::string bytes;
  while (!spelling.empty()) {
    const CodePoint point = ReadCodePoint(spelling);
    if (point.state != Utf8State::kWhole || point.value >= kByteOf.size()) return std::nullopt;
    const int byte = kByteOf[point.value];
    if (byte < 0) return std::nullopt;
    bytes += static_cast<char>(byte);
    spelling.remove_prefix(static_cast<std::size_t>(point.bytes));
  }
  return bytes;
}

}  // namespace edgevlm
