// Parses header values that have parameters: `form-data; name="image"`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

std::string_view TrimBlanks(std::string_view text);

// The part before the first ';', trimmed: "form-data".
std::string_view HeaderKind(std::string_view value);

// The value of a parameter, without its quotes. Nothing if it is missing or its quotes are not
// closed.
std::optional<std::string> HeaderParameter(std::string_view value, std::string_view name);

}  // namespace edgevlm
