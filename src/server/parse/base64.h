// Base64 (RFC 4648), as clients really write it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

// The bytes of a text in either alphabet ("+/" or "-_"), with or without padding, with line ends
// and blanks anywhere. Nothing for other characters, a text that ends inside a byte, or padding
// that is not at the end.
std::optional<std::string> DecodeBase64(std::string_view text);

// In the usual alphabet, with padding.
std::string EncodeBase64(std::string_view bytes);

}  // namespace edgevlm
