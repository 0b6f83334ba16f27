// Reads calls of tools that are written as calls of Python functions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "server/tools/tool.h"

namespace edgevlm {

inline constexpr int kMaxPythonicDepth = 32;  // of lists and dicts

// [f(a="x", n=3, ok=True), g()]: arguments by name, as literals of Python or JSON: texts in single
// or double quotes, numbers, True, False, None, lists and dicts. Nothing if it is something else,
// nested deeper than kMaxPythonicDepth, or has more than kMaxTools calls. O(bytes).
std::optional<std::vector<ToolCall>> ParsePythonicCalls(std::string_view text);

}  // namespace edgevlm
