// Data URIs (RFC 2397): the bytes of a file inside a URI.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// Whether a text starts with "data:".
bool IsDataUri(std::string_view text);

// The bytes of "data:[type][;parameters];base64,TEXT". The type is ignored; the bytes show what
// they are. Errors: kInvalid (not a data URI, not base64, no bytes).
Result<std::string> DecodeDataUri(std::string_view uri);

}  // namespace edgevlm
