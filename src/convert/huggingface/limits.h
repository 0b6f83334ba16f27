// Limits of what is accepted from a model's folder, and of what error messages quote from it.
#pragma once

#include <string>
#include <string_view>

#include "gguf/value.h"

namespace edgevlm {

// Of numbers in config.json. Larger ones are taken for mistakes.
inline constexpr int kMaxExtent = 1 << 20;      // any dimension of a tensor, number of blocks
inline constexpr int kMaxContext = 1 << 28;     // positions
inline constexpr int kMaxVocabulary = 1 << 24;  // tokens

// Bytes of a quoted text; the rest is cut off.
inline constexpr int kMaxQuotedValue = 40;     // a JSON value, a token
inline constexpr int kMaxQuotedName = 80;      // the name of a tensor, a file, an architecture
inline constexpr int kMaxQuotedPattern = 160;  // a regular expression

// How messages about a tensor begin.
inline std::string QuotedTensor(std::string_view name) {
  return "tensor '" + Printable(name, kMaxQuotedName) + "': ";
}

}  // namespace edgevlm
