// Base64 (RFC 4648) in the variants that clients send.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

// Decodes either alphabet ("+/" or "-_"), with or without padding, with line ends and blanks
// anywhere. Nothing for other characters, a text that ends inside a byte, or padding before the
// end.
std::optional<std::string> DecodeBase64(std::string_view text);

// In the standard alphabet, with padding.
std::string EncodeBase64(std::string_view bytes);

}  // namespace edgevlm
