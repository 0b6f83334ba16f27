// What marks a profile's JSON.
#pragma once

#include <string_view>

namespace edgevlm {

inline constexpr std::string_view kProfileFormat = "edgevlm profile";
inline constexpr int kProfileVersion = 1;

}  // namespace edgevlm
