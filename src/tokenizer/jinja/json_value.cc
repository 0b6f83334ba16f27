#include "tokenizer/jinja/json_value.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "tokenizer/jinja/run.h"

namespace edgevlm::jinja {
namespace {

using nlohmann::ordered_json;

// REQUIRES: at most kMaxValueDepth levels.
Value ValueOf(const ordered_json& json, int source) {
  if (json.is_null()) return Value(Value::None());
  if (json.is_boolean()) return Value(json.get<bool>());
  if (json.is_number_float()) return Value(json.get<double>());
  if (json.is_number_unsigned()) {
    const auto number = json.get<std::uint64_t>();
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return Value(static_cast<std::int64_t>(number));
    }
    return Value(static_cast<double>(number));
  }
  if (json.is_number_integer()) return Value(json.get<std::int64_t>());
  if (json.is_string()) return Value(json.get_ref<const std::string&>(), source);
  if (json.is_array()) {
    std::vector<Value> items;
    for (const auto& item : json) items.push_back(ValueOf(item, source));
    return Value::OfList(std::move(items));
  }
  std::vector<std::pair<Text, Value>> entries;
  for (const auto& [name, item] : json.items()) {
    entries.emplace_back(Text(name, source), ValueOf(item, source));
  }
  return Value::OfDict(std::move(entries));
}

}  // namespace

Result<Value> ValueOfJson(std::string_view json, int source) {
  if (json.size() > kMaxJsonBytes) {
    return Error{ErrorCode::kTooLarge,
                 "JSON: expected at most " + std::to_string(kMaxJsonBytes) + " bytes"};
  }
  bool is_deep = false;
  const auto check = [&](int depth, ordered_json::parse_event_t, const ordered_json&) {
    is_deep |= depth >= kMaxValueDepth;
    return !is_deep;
  };
  const auto parsed = ordered_json::parse(json, check, false);
  if (is_deep) {
    return Error{ErrorCode::kTooLarge, "JSON: expected at most " + std::to_string(kMaxValueDepth) +
                                           " levels, found more"};
  }
  if (parsed.is_discarded()) {
    return Error{ErrorCode::kInvalid, "JSON: expected a value, found something else"};
  }
  return ValueOf(parsed, source);
}

}  // namespace edgevlm::jinja
