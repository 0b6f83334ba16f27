// JSON of requests and replies.
#pragma once

#include <concepts>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// What a client sent. Names keep the order of the text, because a reply that follows a schema has
// its properties in that order: a model that writes its reasons before its answer answers better.
using Json = nlohmann::ordered_json;

inline constexpr int kMaxJsonDepth = 64;
inline constexpr int kMaxJsonValues = 200'000;
// Of one object. An ordered object looks for a name by walking through all of them.
inline constexpr int kMaxJsonNames = 1024;

// A JSON text. Errors: kInvalid (not JSON, not UTF-8, a name twice in one object, something behind
// the end), kTooLarge (nested deeper than kMaxJsonDepth, more values than kMaxJsonValues, "[]," is
// three bytes as a text and sixty in memory, or an object with more than kMaxJsonNames). Sizes are
// seen before anything is built.
Result<Json> ParseJson(std::string_view text);

// In one line; bytes that are not UTF-8 become U+FFFD.
std::string ToText(const nlohmann::json& value);
// The same of what a client sent. A template so that ToText({{"name", value}}) is never ambiguous.
template <std::same_as<Json> Ordered>
std::string ToText(const Ordered& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace edgevlm
