// JSON of requests and replies.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

inline constexpr int kMaxJsonDepth = 64;
inline constexpr int kMaxJsonValues = 200'000;

// A JSON text. Errors: kInvalid (not JSON, not UTF-8, a name twice in one object, something behind
// the end), kTooLarge (nested deeper than kMaxJsonDepth, or more values than kMaxJsonValues: "[],"
// is three bytes as a text and sixty in memory). Sizes are seen before anything is built.
Result<nlohmann::json> ParseJson(std::string_view text);

// In one line; bytes that are not UTF-8 become U+FFFD.
std::string ToText(const nlohmann::json& value);

}  // namespace edgevlm
