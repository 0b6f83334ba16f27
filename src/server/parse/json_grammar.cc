#include "server/parse/json_grammar.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/parse/json.h"
#include "server/parse/json_values.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using Sequence = Grammar::Sequence;

// Words of a schema that demand nothing of a value.
const std::set<std::string, std::less<>> kDescriptions = {
    "$schema",  "$id",         "$comment", "$defs",    "definitions", "title",     "default",
    "examples", "description", "format",   "readOnly", "writeOnly",   "deprecated"};
const std::set<std::string, std::less<>> kDemands = {
    "type",  "properties", "required", "additionalProperties",
    "items", "minItems",   "maxItems", "enum",
    "const", "anyOf",      "oneOf",    "$ref"};

constexpr std::size_t kTypes = 7;  // that JSON Schema has

class Compiler {
 public:
  explicit Compiler(const json& schema) : schema_(schema), values_(builder_) {}

  Result<std::shared_ptr<const Grammar>> Compile() {
    const Grammar::Element blank = builder_.Rule(values_.Blank());
    const int root = RuleOf(schema_, "schema", 0);
    builder_.AddAlternative(0, {blank, builder_.Rule(root)});
    if (error_) return *error_;
    auto grammar = std::make_shared<const Grammar>(builder_.Finish());
    if (BeginsWithItself(*grammar)) {
      return Error{ErrorCode::kInvalid, "schema: $ref: leads to itself"};
    }
    return std::shared_ptr<const Grammar>(std::move(grammar));
  }

 private:
  // Of the schema at a path. After an error, any rule.
  int RuleOf(const json& schema, const std::string& path, int depth);
  int OfType(const json& schema, const std::string& type, const std::string& path, int depth);
  int OfObject(const json& schema, const std::string& path, int depth);
  int OfArray(const json& schema, const std::string& path, int depth);
  int OfReference(const std::string& reference, const std::string& path, int depth);
  int OneOf(const json& schemas, const std::string& path, int depth);
  int OneOfTexts(const json& values, const std::string& path);
  int OfTypes(const json& schema, const std::string& path, int depth);
  bool IsFine(const json& schema, const std::string& path, int depth);
  std::optional<int> Count(const json& schema, const char* name, const std::string& path);
  Grammar::Element Byte(char c) {
    return builder_.Set(Grammar::Bytes().set(static_cast<unsigned char>(c)));
  }

  // Adds a text's bytes to a sequence.
  void Spell(const std::string& text, const std::string& path, Sequence& sequence) {
    text_bytes_ += text.size();
    if (text_bytes_ > kMaxSchemaTextBytes) {
      Fail(ErrorCode::kTooLarge, path, "expected shorter names and values");
      return;
    }
    builder_.Append(text, sequence);
  }

  int Fail(ErrorCode code, const std::string& path, const std::string& what) {
    if (!error_) error_ = Error{code, path + ": " + what};
    return 0;
  }

  const json& schema_;
  GrammarBuilder builder_;
  JsonValues values_;
  std::map<std::string, int> references_;
  std::size_t text_bytes_ = 0;
  MaybeError error_;
};

bool Compiler::IsFine(const json& schema, const std::string& path, int depth) {
  if (error_) return false;
  if (depth > kMaxSchemaDepth || builder_.rules() > kMaxSchemaRules) {
    Fail(ErrorCode::kTooLarge, path, "expected a smaller schema");
    return false;
  }
  if (schema.is_boolean()) return true;
  if (!schema.is_object()) {
    Fail(ErrorCode::kInvalid, path, "expected a schema, found something else");
    return false;
  }
  for (const auto& [name, value] : schema.items()) {
    if (kDescriptions.contains(name) || kDemands.contains(name)) continue;
    Fail(ErrorCode::kUnsupported, path, "'" + name.substr(0, 40) + "' can not be kept to");
    return false;
  }
  return true;
}

int Compiler::RuleOf(const json& schema, const std::string& path, int depth) {
  if (!IsFine(schema, path, depth)) return 0;
  if (schema.is_boolean()) {
    return schema.get<bool>() ? values_.Value()
                              : Fail(ErrorCode::kUnsupported, path, "nothing fits 'false'");
  }
  if (schema.contains("$ref")) {
    const json& reference = schema["$ref"];
    if (!reference.is_string()) return Fail(ErrorCode::kInvalid, path, "$ref: expected a text");
    return OfReference(reference.get<std::string>(), path, depth);
  }
  if (schema.contains("const")) return OneOfTexts(json::array({schema["const"]}), path);
  if (schema.contains("enum")) return OneOfTexts(schema["enum"], path + ".enum");
  for (const char* name : {"anyOf", "oneOf"}) {
    if (schema.contains(name)) return OneOf(schema[name], path + "." + name, depth);
  }
  return OfTypes(schema, path, depth);
}

int Compiler::OfTypes(const json& schema, const std::string& path, int depth) {
  if (!schema.contains("type")) {
    if (schema.contains("properties")) return OfObject(schema, path, depth);
    if (schema.contains("items")) return OfArray(schema, path, depth);
    return values_.Value();
  }
  const json& type = schema["type"];
  if (type.is_string()) return OfType(schema, type.get<std::string>(), path, depth);
  if (!type.is_array() || type.empty() || type.size() > kTypes)
    return Fail(ErrorCode::kInvalid, path, "type: unknown");
  const int rule = builder_.AddRule();
  for (const json& each : type) {
    const std::string name = each.is_string() ? each.get<std::string>() : "";
    builder_.AddAlternative(rule, {builder_.Rule(OfType(schema, name, path, depth))});
  }
  return rule;
}

int Compiler::OfType(const json& schema, const std::string& type, const std::string& path,
                     int depth) {
  if (type == "object") return OfObject(schema, path, depth);
  if (type == "array") return OfArray(schema, path, depth);
  if (type == "string") return values_.String();
  if (type == "number") return values_.Number();
  if (type == "integer") return values_.Integer();
  if (type == "boolean") return values_.Bool();
  if (type == "null") return values_.Null();
  return Fail(ErrorCode::kInvalid, path, "type: unknown");
}

int Compiler::OneOfTexts(const json& values, const std::string& path) {
  if (!values.is_array() || values.empty() || values.size() > kMaxSchemaRules) {
    return Fail(ErrorCode::kInvalid, path, "expected a list of values");
  }
  const int rule = builder_.AddRule();
  for (const json& value : values) {
    Sequence sequence;
    Spell(ToText(value), path, sequence);
    if (error_) return 0;
    builder_.AddAlternative(rule, std::move(sequence));
  }
  return rule;
}

int Compiler::OneOf(const json& schemas, const std::string& path, int depth) {
  if (!schemas.is_array() || schemas.empty()) {
    return Fail(ErrorCode::kInvalid, path, "expected a list of schemas");
  }
  const int rule = builder_.AddRule();
  for (std::size_t i = 0; i < schemas.size() && !error_; ++i) {
    const int each = RuleOf(schemas[i], path + "[" + std::to_string(i) + "]", depth + 1);
    builder_.AddAlternative(rule, {builder_.Rule(each)});
  }
  return rule;
}

int Compiler::OfReference(const std::string& reference, const std::string& path, int depth) {
  const auto known = references_.find(reference);
  if (known != references_.end()) return known->second;
  const json* target = nullptr;
  if (reference == "#") target = &schema_;
  for (const char* home : {"$defs", "definitions"}) {
    const std::string prefix = std::string("#/").append(home).append("/");
    if (!reference.starts_with(prefix) || !schema_.contains(home)) continue;
    const json& all = schema_[home];
    const auto found = all.is_object() ? all.find(reference.substr(prefix.size())) : all.end();
    if (found != all.end()) target = &*found;
  }
  if (target == nullptr) return Fail(ErrorCode::kUnsupported, path, "$ref: not in $defs");
  // Known before it is made: it may refer to itself.
  const int rule = builder_.AddRule();
  references_[reference] = rule;
  const int made = RuleOf(*target, reference, depth + 1);
  builder_.AddAlternative(rule, {builder_.Rule(made)});
  return rule;
}

int Compiler::OfObject(const json& schema, const std::string& path, int depth) {
  if (!schema.contains("properties")) {
    const bool is_open =
        !schema.contains("additionalProperties") || schema["additionalProperties"] == true;
    if (is_open) return values_.Object();
    return Fail(ErrorCode::kUnsupported, path, "expected properties");
  }
  const json& properties = schema["properties"];
  if (!properties.is_object()) return Fail(ErrorCode::kInvalid, path, "properties: not an object");
  std::set<std::string> required;
  for (const json& name : schema.value("required", json::array())) {
    if (name.is_string()) required.insert(name.get<std::string>());
  }
  for (const std::string& name : required) {
    if (!properties.contains(name)) {
      return Fail(ErrorCode::kInvalid, path, "required: a name that is no property");
    }
  }
  // From the last to the first: what may follow when a value has been written, and when none has.
  const Grammar::Element blank = builder_.Rule(values_.Blank());
  int after_some = builder_.AddRule();
  builder_.AddAlternative(after_some, {Byte('}')});
  int after_none = after_some;
  for (auto property = properties.rbegin(); property != properties.rend() && !error_; ++property) {
    const std::string& name = property.key();
    const int value = RuleOf(property.value(), path + "." + name.substr(0, 40), depth + 1);
    Sequence pair;
    Spell(ToText(name) + ":", path, pair);
    pair.push_back(blank);
    pair.push_back(builder_.Rule(value));
    pair.push_back(builder_.Rule(after_some));
    Sequence next = {Byte(','), blank};
    next.insert(next.end(), pair.begin(), pair.end());
    const int with_some = builder_.AddRule();
    const int with_none = builder_.AddRule();
    builder_.AddAlternative(with_some, std::move(next));
    builder_.AddAlternative(with_none, std::move(pair));
    if (!required.contains(name)) {
      builder_.AddAlternative(with_some, {builder_.Rule(after_some)});
      builder_.AddAlternative(with_none, {builder_.Rule(after_none)});
    }
    after_some = with_some;
    after_none = with_none;
  }
  const int rule = builder_.AddRule();
  builder_.AddAlternative(rule, {Byte('{'), builder_.Rule(after_none)});
  return rule;
}

std::optional<int> Compiler::Count(const json& schema, const char* name, const std::string& path) {
  if (!schema.contains(name)) return std::nullopt;
  const json& value = schema[name];
  if (value.is_number_integer() && value >= 0 && value <= kMaxCountedItems) return value.get<int>();
  Fail(ErrorCode::kTooLarge, path,
       std::string(name).append(": expected 0 to ").append(std::to_string(kMaxCountedItems)));
  return std::nullopt;
}

int Compiler::OfArray(const json& schema, const std::string& path, int depth) {
  const int least = Count(schema, "minItems", path).value_or(0);
  const std::optional<int> most = Count(schema, "maxItems", path);
  if (most && *most < least) return Fail(ErrorCode::kInvalid, path, "maxItems: below minItems");
  const int item = schema.contains("items") ? RuleOf(schema["items"], path + ".items", depth + 1)
                                            : values_.Value();
  const Grammar::Element blank = builder_.Rule(values_.Blank());
  // From the last item to the first: what may follow when n items have been written.
  int rest = builder_.AddRule();
  builder_.AddAlternative(rest, {Byte(']')});
  const Sequence another = {Byte(','), blank, builder_.Rule(item)};
  if (!most) {
    Sequence more = another;
    more.push_back(builder_.Rule(rest));
    builder_.AddAlternative(rest, std::move(more));
  }
  for (int written = most.value_or(std::max(least, 1)) - 1; written >= 1; --written) {
    const int earlier = builder_.AddRule();
    Sequence more = another;
    more.push_back(builder_.Rule(rest));
    builder_.AddAlternative(earlier, std::move(more));
    if (written >= least) builder_.AddAlternative(earlier, {Byte(']')});
    rest = earlier;
  }
  const int rule = builder_.AddRule();
  if (least == 0) builder_.AddAlternative(rule, {Byte('['), Byte(']')});
  if (most != 0) {
    builder_.AddAlternative(rule, {Byte('['), builder_.Rule(item), builder_.Rule(rest)});
  }
  return rule;
}

}  // namespace

std::shared_ptr<const Grammar> AnyJsonObject() {
  GrammarBuilder builder;
  JsonValues values(builder);
  const int blank = values.Blank();
  builder.AddAlternative(0, {builder.Rule(blank), builder.Rule(values.Object())});
  return std::make_shared<const Grammar>(builder.Finish());
}

Result<std::shared_ptr<const Grammar>> SchemaGrammar(const json& schema) {
  return Compiler(schema).Compile();
}

}  // namespace edgevlm
