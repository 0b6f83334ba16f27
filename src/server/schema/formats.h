// "format" of a JSON schema, as patterns.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

// A pattern whose texts all have that format, anchored; some formats have texts beside them (of a
// URI: http and https only). Empty for formats that any text has. Nothing for unknown ones.
std::optional<std::string> FormatPattern(std::string_view format);

}  // namespace edgevlm
