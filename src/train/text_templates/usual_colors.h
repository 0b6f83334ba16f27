// The colors that emoji of all styles share.
#pragma once

#include <optional>
#include <string_view>

namespace edgevlm::train {

// "green" for "frog"; none for names whose emoji differ in color, or have no main one.
std::optional<std::string_view> UsualColor(std::string_view name);

}  // namespace edgevlm::train
