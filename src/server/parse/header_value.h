// Values of headers that have parameters: `form-data; name="image"`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

// Equal but for upper and lower case of ASCII letters.
bool EqualIgnoringCase(std::string_view a, std::string_view b);

std::string_view TrimBlanks(std::string_view text);

// What stands before the first ';', without blanks: "form-data".
std::string_view HeaderKind(std::string_view value);

// A parameter's value, without its quotes. Nothing if it is not there, or its quotes do not end.
std::optional<std::string> HeaderParameter(std::string_view value, std::string_view name);

}  // namespace edgevlm
