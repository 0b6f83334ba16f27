#include "server/schema/schema_parts.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>

namespace edgevlm {
namespace {

struct Keyword {
  std::string_view name;
  std::optional<JsonType> about = {};  // the type that it constrains
  // For keywords that cannot be enforced: the value, as JSON, with which they have no effect.
  std::string_view neutral = {};
};

constexpr Keyword kKeywords[] = {
    {"type"},
    {"nullable"},
    {"enum"},
    {"const"},
    {"anyOf"},
    {"oneOf"},
    {"allOf"},
    {"$ref"},
    {"minimum", JsonType::kFraction},
    {"maximum", JsonType::kFraction},
    {"exclusiveMinimum", JsonType::kFraction},
    {"exclusiveMaximum", JsonType::kFraction},
    {"multipleOf", JsonType::kFraction},
    {"minLength", JsonType::kString},
    {"maxLength", JsonType::kString},
    {"pattern", JsonType::kString},
    {"format", JsonType::kString},
    {"items", JsonType::kArray},
    {"prefixItems", JsonType::kArray},
    {"additionalItems", JsonType::kArray},
    {"minItems", JsonType::kArray},
    {"maxItems", JsonType::kArray},
    {"properties", JsonType::kObject},
    {"required", JsonType::kObject},
    {"additionalProperties", JsonType::kObject},
    {"propertyNames", JsonType::kObject},
    {"uniqueItems", JsonType::kArray, "false"},
    {"minProperties", JsonType::kObject, "0"},
    {"patternProperties", JsonType::kObject, "{}"},
    {"dependentRequired", JsonType::kObject, "{}"},
    {"dependentSchemas", JsonType::kObject, "{}"},
    {"unevaluatedProperties", JsonType::kObject, "true"},
    {"unevaluatedItems", JsonType::kArray, "true"},
};

// Annotations, which constrain nothing. ("strict" is an option of OpenAI's API that Home Assistant
// writes into schemas.)
constexpr std::string_view kAnnotations[] = {
    "$schema",       "$id",         "$comment",        "$anchor",          "$vocabulary",
    "$defs",         "definitions", "title",           "description",      "default",
    "examples",      "example",     "readOnly",        "writeOnly",        "deprecated",
    "discriminator", "xml",         "externalDocs",    "contentMediaType", "contentEncoding",
    "enumNames",     "strict",      "propertyOrdering"};

bool IsAnnotation(std::string_view name) {
  return name.starts_with("x-") || std::ranges::find(kAnnotations, name) != std::end(kAnnotations);
}

// The keyword of this name, if it can be enforced with this value.
const Keyword* FindKeyword(std::string_view name, const Json& value) {
  const auto found = std::ranges::find(kKeywords, name, &Keyword::name);
  if (found == std::end(kKeywords)) return nullptr;
  const bool is_enforced = found->neutral.empty() || ToText(value) == found->neutral;
  return is_enforced ? &*found : nullptr;
}

constexpr std::pair<std::string_view, JsonType> kTypeNames[] = {
    {"null", JsonType::kNull},       {"boolean", JsonType::kBoolean},
    {"integer", JsonType::kInteger}, {"number", JsonType::kFraction},
    {"string", JsonType::kString},   {"array", JsonType::kArray},
    {"object", JsonType::kObject}};

void AddWithPart(JsonTypes& types, JsonType type) {
  types.Add(type);
  if (type == JsonType::kFraction) types.Add(JsonType::kInteger);
}

// Unescapes one step of a JSON pointer: ~1 is a slash, ~0 a tilde.
std::string PointerStep(std::string_view text) {
  std::string step;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '~' && i + 1 < text.size();
    step += is_escape ? (text[++i] == '1' ? '/' : '~') : text[i];
  }
  return step;
}

}  // namespace

std::optional<JsonTypes> TypesNamed(const Json& schema) {
  JsonTypes types;
  const Json& type = schema["type"];
  if (type.size() > std::size(kTypeNames)) return std::nullopt;
  const Json names = type.is_array() ? type : Json::array({type});
  for (const Json& name : names) {
    const auto known = std::ranges::find_if(
        kTypeNames, [&](const auto& entry) { return name == std::string(entry.first); });
    if (known == std::end(kTypeNames)) return std::nullopt;
    AddWithPart(types, known->second);
  }
  if (schema.contains("nullable") && schema["nullable"] == true) types.Add(JsonType::kNull);
  return types;
}

const Json* ItemSchema(const Json& schema, std::size_t index) {
  const auto member = [&](const char* name) {
    return schema.contains(name) ? &schema[name] : nullptr;
  };
  const Json* items = member("items");
  // Before draft 2020-12 `items` was what prefixItems is now.
  const bool is_old = items != nullptr && items->is_array();
  const Json* first = is_old ? items : member("prefixItems");
  if (first != nullptr && first->is_array() && index < first->size()) return &(*first)[index];
  return is_old ? member("additionalItems") : items;
}

const Json* PropertySchema(const Json& schema, const std::string& name) {
  if (schema.contains("properties") && schema["properties"].contains(name)) {
    return &schema["properties"][name];
  }
  return schema.contains("additionalProperties") ? &schema["additionalProperties"] : nullptr;
}

// What has been collected, and the schemas on the way.
struct SchemaSource::Walk {
  SchemaParts found;
  JsonTypes allowed = JsonTypes::All();
  JsonTypes implied;
  std::set<const Json*> done;
  std::set<const Json*> open;  // a schema that is met again refers to itself
  std::string path;
};

MaybeError SchemaSource::Add(const Json& schema, Walk& walk, int depth) const {
  const auto failed = [&](ErrorCode code, const std::string& what) {
    return Error{code, walk.path + ": " + what};
  };
  if (walk.open.contains(&schema)) return failed(ErrorCode::kInvalid, "$ref: leads to itself");
  if (!walk.done.insert(&schema).second) return std::nullopt;
  if (depth > kMaxSchemaDepth) return failed(ErrorCode::kTooLarge, "expected a smaller schema");
  if (schema.is_boolean()) {
    walk.found.is_never |= schema == false;
    return std::nullopt;
  }
  if (!schema.is_object()) {
    return failed(ErrorCode::kInvalid, "expected a schema, found something else");
  }
  bool demands = false;
  for (const auto& [name, value] : schema.items()) {
    if (IsAnnotation(name)) continue;
    const Keyword* keyword = FindKeyword(name, value);
    if (keyword == nullptr) {
      return failed(ErrorCode::kUnsupported, "'" + name.substr(0, 40) + "' cannot be enforced");
    }
    if (keyword->about) AddWithPart(walk.implied, *keyword->about);
    demands |= name != "$ref" && name != "allOf" && keyword->neutral.empty();
  }
  if (demands) walk.found.parts.push_back(&schema);
  if (schema.contains("type")) {
    const auto types = TypesNamed(schema);
    if (!types || types->none()) return failed(ErrorCode::kInvalid, "type: unknown");
    walk.allowed.KeepOnly(*types);
  }
  walk.open.insert(&schema);
  if (auto error = AddReferred(schema, walk, depth)) return error;
  walk.open.erase(&schema);
  return std::nullopt;
}

MaybeError SchemaSource::AddReferred(const Json& schema, Walk& walk, int depth) const {
  const auto failed = [&](ErrorCode code, const std::string& what) {
    return Error{code, walk.path + ": " + what};
  };
  if (schema.contains("$ref")) {
    const Json& reference = schema["$ref"];
    if (!reference.is_string()) return failed(ErrorCode::kInvalid, "$ref: expected a text");
    const Json* target = Resolve(reference.get<std::string>());
    if (target == nullptr) {
      return failed(ErrorCode::kUnsupported, "$ref: expected a path in the schema");
    }
    if (auto error = Add(*target, walk, depth + 1)) return error;
  }
  for (const char* name : {"allOf", "anyOf", "oneOf"}) {
    if (!schema.contains(name)) continue;
    const Json& list = schema[name];
    if (!list.is_array() || list.empty()) {
      return failed(ErrorCode::kInvalid, std::string(name) + ": expected a list of schemas");
    }
    if (std::string_view(name) != "allOf") {
      walk.found.choices.push_back({&list, std::string_view(name) == "oneOf"});
      continue;
    }
    for (const Json& each : list) {
      if (auto error = Add(each, walk, depth + 1)) return error;
    }
  }
  return std::nullopt;
}

Result<SchemaParts> SchemaSource::PartsOf(const std::vector<const Json*>& schemas,
                                          const std::string& path) const {
  Walk walk;
  walk.path = path;
  for (const Json* schema : schemas) {
    if (auto error = Add(*schema, walk, 0)) return *std::move(error);
  }
  const bool has_type = !walk.allowed.all();
  walk.found.types = has_type || walk.implied.none() ? walk.allowed : walk.implied;
  return std::move(walk.found);
}

const Json* SchemaSource::Resolve(const std::string& reference) const {
  if (!reference.starts_with('#')) return nullptr;
  const Json* at = &root_;
  for (std::size_t begin = 1; begin < reference.size();) {
    if (reference[begin] != '/') return nullptr;
    const std::size_t end = std::min(reference.find('/', begin + 1), reference.size());
    const std::string step =
        PointerStep(std::string_view(reference).substr(begin + 1, end - begin - 1));
    if (at->is_object() && at->contains(step)) {
      at = &(*at)[step];
    } else if (at->is_array() && !step.empty() && step.size() < 6 &&
               std::ranges::all_of(step, [](char c) { return c >= '0' && c <= '9'; }) &&
               static_cast<std::size_t>(std::stoi(step)) < at->size()) {
      at = &(*at)[static_cast<std::size_t>(std::stoi(step))];
    } else {
      return nullptr;
    }
    begin = end;
  }
  return at;
}

}  // namespace edgevlm
