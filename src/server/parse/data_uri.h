// Data URIs (RFC 2397): a file inside an address.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// Whether a text begins like one.
bool IsDataUri(std::string_view text);

// The bytes of "data:[type][;parameters];base64,TEXT". What the type says is not looked at: the
// bytes tell what they are. Errors: kInvalid (not a data URI, not base64, no bytes).
Result<std::string> DecodeDataUri(std::string_view uri);

}  // namespace edgevlm
