// Parses and writes the JSON of requests and replies.
#pragma once

#include <concepts>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// JSON of a client. Objects keep the order of their members, because a reply under a schema writes
// its properties in that order: a model that writes its reasons before its answer answers better.
using Json = nlohmann::ordered_json;

inline constexpr int kMaxJsonDepth = 64;
inline constexpr int kMaxJsonValues = 200'000;
// Per object: an ordered object finds a name by linear search.
inline constexpr int kMaxJsonNames = 1024;

// Parses a JSON text. Errors: kInvalid (not JSON, not UTF-8, a duplicate name in an object, text
// after the end), kTooLarge (nested deeper than kMaxJsonDepth, more than kMaxJsonValues values,
// since "[]," is three bytes as text and sixty in memory, or an object with more than
// kMaxJsonNames). The sizes are checked before anything is allocated.
Result<Json> ParseJson(std::string_view text);

// Serializes to one line; bytes that are not UTF-8 become U+FFFD.
std::string ToText(const nlohmann::json& value);
// The same for JSON of a client. A template, so that ToText({{"name", value}}) is not ambiguous.
template <std::same_as<Json> Ordered>
std::string ToText(const Ordered& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace edgevlm
