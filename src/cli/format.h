// Format: formats a number as text.
#pragma once

#include <array>
#include <cstdio>
#include <string>

namespace edgevlm {

// Formatted as by printf, in at most 63 characters.
inline std::string Format(const char* format, double value) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

}  // namespace edgevlm
