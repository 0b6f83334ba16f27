#include "server/schema/schema_checker.h"

#include <algorithm>
#include <cmath>

#include "server/schema/formats.h"
#include "server/schema/pattern.h"
#include "server/schema/scalar_rules.h"

namespace edgevlm {
namespace {

JsonType TypeOfValue(const Json& value) {
  if (value.is_null()) return JsonType::kNull;
  if (value.is_boolean()) return JsonType::kBoolean;
  if (value.is_string()) return JsonType::kString;
  if (value.is_array()) return JsonType::kArray;
  if (value.is_object()) return JsonType::kObject;
  const double number = value.get<double>();
  return number == std::floor(number) ? JsonType::kInteger : JsonType::kFraction;
}

// Ignores the order of members.
bool IsEqual(const Json& a, const Json& b) { return nlohmann::json(a) == nlohmann::json(b); }

double NumberOr(const Json& schema, const char* name, double fallback) {
  return schema.contains(name) && schema[name].is_number() ? schema[name].get<double>() : fallback;
}

bool FitsNumber(double number, const Json& schema) {
  constexpr double kFar = HUGE_VAL;
  const double min = NumberOr(schema, "minimum", -kFar);
  const double max = NumberOr(schema, "maximum", kFar);
  // As booleans (OpenAPI 3.0), exclusiveMinimum and exclusiveMaximum modify the other keyword.
  const auto excludes = [&](const char* name) {
    return schema.contains(name) && schema[name] == true;
  };
  if (number < min || (number == min && excludes("exclusiveMinimum"))) return false;
  if (number > max || (number == max && excludes("exclusiveMaximum"))) return false;
  if (number <= NumberOr(schema, "exclusiveMinimum", -kFar)) return false;
  if (number >= NumberOr(schema, "exclusiveMaximum", kFar)) return false;
  const double step = NumberOr(schema, "multipleOf", 0);
  return step <= 0 || std::fmod(number, step) == 0;
}

bool CountFits(std::size_t count, const Json& schema, const char* min, const char* max) {
  const auto number = static_cast<double>(count);
  return number >= NumberOr(schema, min, 0) && number <= NumberOr(schema, max, HUGE_VAL);
}

}  // namespace

bool SchemaChecker::Fits(const Json& value, const Json& schema, int depth) {
  if (schema.is_boolean()) return schema == true;
  if (!schema.is_object() || depth > kMaxSchemaDepth) return false;
  if (schema.contains("type")) {
    const auto types = TypesNamed(schema);
    if (!types || !types->has(TypeOfValue(value))) return false;
  }
  if (schema.contains("const") && !IsEqual(value, schema["const"])) return false;
  if (schema.contains("enum") && std::ranges::none_of(schema["enum"], [&](const Json& listed) {
        return IsEqual(value, listed);
      })) {
    return false;
  }
  if (!FitsCombinations(value, schema, depth)) return false;
  if (value.is_number()) return FitsNumber(value.get<double>(), schema);
  if (value.is_string()) return FitsString(value.get_ref<const std::string&>(), schema);
  if (value.is_array()) return FitsArray(value, schema, depth);
  return !value.is_object() || FitsObject(value, schema, depth);
}

bool SchemaChecker::FitsCombinations(const Json& value, const Json& schema, int depth) {
  if (schema.contains("$ref")) {
    const Json& reference = schema["$ref"];
    const Json* target =
        reference.is_string() ? source_.Resolve(reference.get<std::string>()) : nullptr;
    if (target == nullptr || !Fits(value, *target, depth + 1)) return false;
  }
  const auto count = [&](const char* name) {
    return std::ranges::count_if(schema[name],
                                 [&](const Json& each) { return Fits(value, each, depth + 1); });
  };
  if (schema.contains("allOf") && count("allOf") < std::ssize(schema["allOf"])) return false;
  if (schema.contains("anyOf") && count("anyOf") == 0) return false;
  return !schema.contains("oneOf") || count("oneOf") == 1;
}

bool SchemaChecker::FitsString(const std::string& text, const Json& schema) {
  if (!CountFits(ToCodePoints(text).size(), schema, "minLength", "maxLength")) return false;
  if (schema.contains("pattern") && schema["pattern"].is_string() &&
      !Matches(text, schema["pattern"].get<std::string>())) {
    return false;
  }
  if (!schema.contains("format") || !schema["format"].is_string()) return true;
  const auto pattern = FormatPattern(schema["format"].get<std::string>());
  return !pattern || Matches(text, *pattern);
}

bool SchemaChecker::Matches(const std::string& text, const std::string& pattern) {
  auto known = patterns_.find(pattern);
  if (known == patterns_.end()) {
    if (patterns_.size() == kMaxSchemaPatterns) return false;
    Result<Automaton> automaton = PatternAutomaton(pattern, PatternMatch::kAnywhere);
    if (!automaton) return false;
    known = patterns_.emplace(pattern, *std::move(automaton)).first;
  }
  return Accepts(known->second, text);
}

bool SchemaChecker::FitsArray(const Json& array, const Json& schema, int depth) {
  if (!CountFits(array.size(), schema, "minItems", "maxItems")) return false;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const Json* item = ItemSchema(schema, i);
    if (item != nullptr && !Fits(array[i], *item, depth + 1)) return false;
  }
  return true;
}

bool SchemaChecker::FitsObject(const Json& object, const Json& schema, int depth) {
  if (schema.contains("required")) {
    for (const Json& name : schema["required"]) {
      if (name.is_string() && !object.contains(name.get<std::string>())) return false;
    }
  }
  for (const auto& [name, value] : object.items()) {
    const Json* property = PropertySchema(schema, name);
    if (property != nullptr && !Fits(value, *property, depth + 1)) return false;
    if (schema.contains("propertyNames") && !Fits(name, schema["propertyNames"], depth + 1)) {
      return false;
    }
  }
  return true;
}

}  // namespace edgevlm
