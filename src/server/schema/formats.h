// The values of "format" in a JSON schema, as patterns.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

// An anchored pattern whose texts all have that format; it need not match all texts of the format
// (of URIs, only http and https). Empty for formats that any text has. Nothing for unknown ones.
std::optional<std::string> FormatPattern(std::string_view format);

}  // namespace edgevlm
