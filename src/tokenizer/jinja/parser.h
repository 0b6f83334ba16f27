// Parses template programs.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/jinja/syntax.h"

namespace edgevlm::jinja {

inline constexpr std::size_t kMaxProgramBytes = std::size_t{1} << 20;
inline constexpr int kMaxNestedBlocks = 32;
inline constexpr int kMaxExpressionDepth = 64;
inline constexpr std::size_t kMaxNodes = 100'000;

// The statements of a program. What chat templates do not use is not read: include, import,
// extends, block, call, autoescape, recursive loops and powers. Errors: kInvalid (not a program),
// kTooLarge (one of the limits above), kUnsupported (another block); with the line.
Result<std::vector<Statement>> ParseProgram(std::string_view program);

}  // namespace edgevlm::jinja
