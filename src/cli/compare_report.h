// Reports a comparison on a terminal and as JSON.
#pragma once

#include <span>
#include <string>

#include "measure/compare.h"

namespace edgevlm {

// A Markdown table, and one JSON array. REQUIRES: rows is not empty.
std::string CompareMarkdown(std::span<const CompareRow> rows);
std::string CompareJson(std::span<const CompareRow> rows);

}  // namespace edgevlm
