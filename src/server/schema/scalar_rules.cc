#include "server/schema/scalar_rules.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/schema/formats.h"
#include "server/schema/number_range.h"
#include "server/schema/pattern.h"

namespace edgevlm {
namespace {

// Longer than any string that fits the context.
constexpr double kMaxLength = 1 << 30;

const Json* Member(const Json& schema, const char* name) {
  return schema.contains(name) ? &schema[name] : nullptr;
}

Error Wrong(const char* name, const std::string& what) {
  return {ErrorCode::kInvalid, std::string(name).append(": ").append(what)};
}

MaybeError ReadLengths(const Json& part, TextDemands& demands) {
  for (const char* name : {"minLength", "maxLength"}) {
    const Json* value = Member(part, name);
    if (value == nullptr) continue;
    const double number = value->is_number() ? value->get<double>() : -1;
    if (number < 0 || number != std::floor(number)) {
      return Wrong(name, "expected a whole number of 0 or more");
    }
    const auto length = static_cast<std::int64_t>(std::min(number, kMaxLength));
    if (std::string_view(name) == "minLength") {
      demands.min = std::max(demands.min, length);
    } else {
      demands.max = std::min(demands.max.value_or(length), length);
    }
  }
  return std::nullopt;
}

Error UnknownFormat(const std::string& format) {
  return {ErrorCode::kUnsupported, "format: '" + format.substr(0, 40) + "' cannot be enforced"};
}

// Bounds of the integers that have this format.
constexpr std::int64_t kMinInt32 = -2147483648;
constexpr std::int64_t kMaxInt32 = 2147483647;

// The tighter of the bounds that the keywords `name` and `other` give, if any.
Result<std::optional<NumberRange::Bound>> ReadBound(const Json& part, const char* name,
                                                    const char* other) {
  const Json* value = Member(part, name);
  const Json* excluded = Member(part, other);
  // In OpenAPI 3.0 `other` is a boolean that makes `name` exclusive.
  const bool is_flag = excluded != nullptr && excluded->is_boolean();
  if (value != nullptr && !value->is_number()) return Wrong(name, "expected a number");
  if (excluded != nullptr && !is_flag && !excluded->is_number()) {
    return Wrong(other, "expected a number");
  }
  std::optional<NumberRange::Bound> found;
  if (value != nullptr) found = {ToDecimal(*value), is_flag && *excluded == true};
  if (excluded == nullptr || is_flag) return found;
  const bool is_tighter =
      value == nullptr ||
      (std::string_view(name) == "minimum" ? *excluded >= *value : *excluded <= *value);
  if (is_tighter) found = {ToDecimal(*excluded), true};
  return found;
}

Result<int> ReadMultipleOf(const Json& part) {
  const Json* step = Member(part, "multipleOf");
  if (step == nullptr) return 1;
  const double number = step->is_number() ? step->get<double>() : 0;
  if (number <= 0) return Wrong("multipleOf", "expected a number above 0");
  if (number != std::floor(number) || number > kMaxScalarStates) {
    return Error{ErrorCode::kUnsupported,
                 "'multipleOf' cannot be enforced: expected a whole number up to " +
                     std::to_string(kMaxScalarStates)};
  }
  return static_cast<int>(number);
}

Result<NumberRange> ReadRange(const Json& part) {
  auto min = ReadBound(part, "minimum", "exclusiveMinimum");
  if (!min) return min.error();
  auto max = ReadBound(part, "maximum", "exclusiveMaximum");
  if (!max) return max.error();
  const Result<int> multiple_of = ReadMultipleOf(part);
  if (!multiple_of) return multiple_of.error();
  return NumberRange{.min = *std::move(min), .max = *std::move(max), .multiple_of = *multiple_of};
}

struct NumberDemands {
  std::vector<NumberRange> ranges = {};  // all apply
  std::string text = {};                 // the same as text, the key of the rule
};

Result<NumberDemands> ReadNumberDemands(const std::vector<const Json*>& parts) {
  NumberDemands demands;
  for (const Json* part : parts) {
    auto range = ReadRange(*part);
    if (!range) return range.error();
    const Json* format = Member(*part, "format");
    if (format != nullptr && *format == "int32") {
      demands.ranges.push_back({.min = {{ToDecimal(kMinInt32)}}, .max = {{ToDecimal(kMaxInt32)}}});
      demands.text += "int32 ";
    }
    if (!range->min && !range->max && range->multiple_of == 1) continue;
    demands.ranges.push_back(*std::move(range));
    for (const char* name :
         {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"}) {
      if (const Json* value = Member(*part, name)) demands.text += name + ToText(*value) + " ";
    }
  }
  return demands;
}

}  // namespace

Result<TextDemands> ReadTextDemands(const std::vector<const Json*>& parts) {
  TextDemands demands;
  for (const Json* part : parts) {
    if (auto error = ReadLengths(*part, demands)) return *std::move(error);
    if (const Json* pattern = Member(*part, "pattern")) {
      if (!pattern->is_string()) return Wrong("pattern", "expected a text");
      demands.patterns.insert(pattern->get<std::string>());
    }
    if (const Json* format = Member(*part, "format")) {
      if (!format->is_string()) return Wrong("format", "expected a text");
      const auto pattern = FormatPattern(format->get<std::string>());
      if (!pattern) return UnknownFormat(format->get<std::string>());
      if (!pattern->empty()) demands.patterns.insert(*pattern);
    }
  }
  return demands;
}

Result<Automaton> TextAutomaton(const TextDemands& demands) {
  Automaton text = TextsOfLength(0, std::nullopt);
  for (const std::string& pattern : demands.patterns) {
    const auto automaton = PatternAutomaton(pattern, PatternMatch::kAnywhere);
    if (!automaton) return automaton.error().In("pattern");
    auto both = Intersection(text, *automaton, kMaxScalarStates);
    if (!both) return Error{ErrorCode::kTooLarge, "pattern: expected simpler ones"};
    text = *std::move(both);
  }
  if (demands.min == 0 && !demands.max) return text;
  // All lengths; if these need too many states, only as many as fit with the patterns' states.
  const std::int64_t few = kMaxScalarStates / std::ssize(text.states);
  for (const std::int64_t longest : {std::int64_t{kMaxScalarStates}, few}) {
    if (demands.min >= longest) break;
    std::optional<int> max;
    if (demands.max) max = static_cast<int>(std::min(*demands.max, longest - 1));
    if (max && *max < demands.min) return Automaton{.states = {{}}};
    auto both =
        Intersection(text, TextsOfLength(static_cast<int>(demands.min), max), kMaxScalarStates);
    if (both) return *std::move(both);
  }
  return Error{ErrorCode::kTooLarge, "minLength: expected less together with a pattern"};
}

Result<int> ScalarRules::String(const std::vector<const Json*>& parts) {
  const auto demands = ReadTextDemands(parts);
  if (!demands) return demands.error();
  if (*demands == TextDemands()) return values_.String();
  if (demands->max && *demands->max < demands->min) return builder_.AddRule();
  const auto known = texts_.find(*demands);
  if (known != texts_.end()) return known->second;
  if (demands->patterns.empty()) {
    return texts_[*demands] = strings_.OfLength(demands->min, demands->max);
  }
  patterns_ += static_cast<int>(demands->patterns.size());
  if (patterns_ > kMaxSchemaPatterns) {
    return Error{ErrorCode::kTooLarge, "pattern: expected fewer different ones"};
  }
  const auto automaton = TextAutomaton(*demands);
  if (!automaton) return automaton.error();
  return texts_[*demands] = strings_.Quoted(*automaton);
}

Result<int> ScalarRules::Number(const std::vector<const Json*>& parts, bool is_whole) {
  auto demands = ReadNumberDemands(parts);
  if (!demands) return demands.error();
  if (demands->ranges.empty()) return is_whole ? values_.Integer() : values_.Number();
  const std::string key = demands->text + (is_whole ? "whole" : "");
  if (const auto known = numbers_.find(key); known != numbers_.end()) return known->second;
  const bool has_steps = std::ranges::any_of(
      demands->ranges, [](const NumberRange& range) { return range.multiple_of > 1; });
  std::optional<Automaton> all;
  for (NumberRange& range : demands->ranges) {
    range.is_whole = is_whole || has_steps;
    auto automaton = RangeAutomaton(range, kMaxScalarStates);
    if (automaton && all) automaton = Intersection(*all, *automaton, kMaxScalarStates);
    if (!automaton) {
      return Error{ErrorCode::kTooLarge, "'multipleOf' cannot be enforced: expected less"};
    }
    all = std::move(automaton);
  }
  return numbers_[key] = strings_.Bare(*all);
}

}  // namespace edgevlm
