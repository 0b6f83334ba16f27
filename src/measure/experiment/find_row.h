// FindRow: looks up a row of a table by its name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// Errors: kInvalid, lists the names.
template <class Row>
Result<const Row*> FindRow(std::span<const Row> table, std::string_view name) {
  std::string names;
  for (const Row& row : table) {
    if (row.name == name) return &row;
    names.append(names.empty() ? "" : ", ").append(row.name);
  }
  return Error{ErrorCode::kInvalid,
               "expected one of " + names + ", found '" + std::string(name) + "'"};
}

}  // namespace edgevlm
