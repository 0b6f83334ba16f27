// Reads JSON as a value of template programs.
#pragma once

#include <string_view>

#include "base/result.h"
#include "tokenizer/jinja/value.h"

namespace edgevlm::jinja {

inline constexpr std::size_t kMaxJsonBytes = std::size_t{16} << 20;

// All of its texts come from `source`. Errors: kInvalid (not JSON), kTooLarge (more than
// kMaxJsonBytes; nested deeper than lists of templates may be).
Result<Value> ValueOfJson(std::string_view json, int source);

}  // namespace edgevlm::jinja
