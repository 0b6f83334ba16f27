// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <string_view>

namespace edgevlm {

// How many bytes the character at the start of `bytes` takes: 1 to 4; 0 when no character can start
// like that; -1 when the bytes end inside a character that more bytes could complete.
// REQUIRES: bytes not empty.
int Utf8CharacterBytes(std::string_view bytes);

// Whether all of it is whole characters.
bool IsUtf8(std::string_view bytes);

}  // namespace edgevlm
