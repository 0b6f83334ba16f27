#include "server/parse/percents.h"

#include <charconv>

namespace edgevlm {

std::string DecodePercents(std::string_view text) {
  constexpr std::size_t kDigits = 2;
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, kDigits);
    unsigned char byte = 0;
    const char* end = digits.data() + digits.size();
    const bool is_encoded = text[i] == '%' && digits.size() == kDigits &&
                            std::from_chars(digits.data(), end, byte, 16).ptr == end;
    decoded += is_encoded ? static_cast<char>(byte) : text[i];
    if (is_encoded) i += kDigits;
  }
  return decoded;
}

}  // namespace edgevlm
