#include "decode/utf8.h"

#include "base/check.h"

namespace edgevlm {
namespace {

struct Lead {
  int length;            // bytes of the character
  unsigned char lowest;  // of the second byte; the later ones are 0x80 to 0xBF always
  unsigned char highest;
};

// Table 3-7 of the Unicode standard. Length 0: not a first byte.
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

int Utf8CharacterBytes(std::string_view bytes) {
  CHECK(!bytes.empty());
  const Lead lead = LeadOf(static_cast<unsigned char>(bytes[0]));
  for (int i = 1; i < lead.length; ++i) {
    if (static_cast<std::size_t>(i) == bytes.size()) return -1;
    const auto byte = static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    const unsigned char lowest = i == 1 ? lead.lowest : 0x80;
    const unsigned char highest = i == 1 ? lead.highest : 0xBF;
    if (byte < lowest || byte > highest) return 0;
  }
  return lead.length;
}

bool IsUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const int length = Utf8CharacterBytes(bytes);
    if (length <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(length));
  }
  return true;
}

}  // namespace edgevlm
