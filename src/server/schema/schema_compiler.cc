#include "server/schema/schema_compiler.h"

#include <algorithm>

#include "server/schema/schema_grammar.h"

namespace edgevlm {

Result<std::shared_ptr<const Grammar>> SchemaCompiler::Compile() {
  const int root = RuleOf({&root_}, {.path = "schema"});
  if (error_) return *std::move(error_);
  builder_.AddAlternative(0, {Blank(), GrammarBuilder::Rule(root)});
  Grammar grammar = builder_.Finish();
  const std::vector<bool> gives_text = RemoveDeadEnds(grammar);
  for (const auto& [rule, path] : overlaps_) {
    if (!gives_text[static_cast<std::size_t>(rule)]) continue;
    return Error{ErrorCode::kUnsupported,
                 path + ": 'oneOf' cannot be enforced: a value may fit two of its schemas"};
  }
  if (!gives_text.front()) return Error{ErrorCode::kInvalid, "schema: no value fits it"};
  if (BeginsWithItself(grammar)) {
    return Error{ErrorCode::kInvalid, "schema: $ref: leads to itself"};
  }
  return std::make_shared<const Grammar>(std::move(grammar));
}

int SchemaCompiler::RuleOf(const Schemas& schemas, const Location& location, const Chosen& chosen) {
  if (error_) return 0;
  if (location.depth > kMaxSchemaDepth || builder_.rules() > kMaxSchemaRules) {
    return Fail(ErrorCode::kTooLarge, location, "expected a smaller schema");
  }
  Result<SchemaParts> found = source_.PartsOf(schemas, location.path);
  if (!found) {
    error_ = found.error();
    return 0;
  }
  if (found->parts.empty() && !found->is_never) return values_.Value();
  const auto [entry, is_new] = rules_.try_emplace({found->parts, chosen}, 0);
  if (!is_new) return entry->second;
  // Registered before it is filled, since it may refer to itself.
  const int rule = entry->second = builder_.AddRule();
  if (!found->is_never) Fill(rule, {*std::move(found), chosen}, location);
  return rule;
}

void SchemaCompiler::Fill(int rule, const Parts& parts, const Location& location) {
  const Schemas& all = parts.found.parts;
  for (const Json* part : all) {
    if (part->contains("const")) {
      return FillWithValues(rule, all, Json::array({(*part)["const"]}), location);
    }
    if (part->contains("enum")) return FillWithValues(rule, all, (*part)["enum"], location);
  }
  for (const SchemaParts::Choice& choice : parts.found.choices) {
    if (!parts.chosen.contains(choice.schemas)) {
      return FillWithChoice(rule, parts, choice, location);
    }
  }
  for (const JsonType type :
       {JsonType::kNull, JsonType::kBoolean, JsonType::kInteger, JsonType::kFraction,
        JsonType::kString, JsonType::kArray, JsonType::kObject}) {
    const JsonTypes& types = parts.found.types;
    // "number" covers integers.
    const bool is_covered = type == JsonType::kInteger && types.has(JsonType::kFraction);
    if (!types.has(type) || is_covered || error_) continue;
    builder_.AddAlternative(rule, {GrammarBuilder::Rule(OfType(type, all, location))});
  }
}

int SchemaCompiler::OfType(JsonType type, const Schemas& parts, const Location& location) {
  switch (type) {
    case JsonType::kNull:
      return values_.Null();
    case JsonType::kBoolean:
      return values_.Bool();
    case JsonType::kInteger:
    case JsonType::kFraction:
      return OrFail(scalars_.Number(parts, type == JsonType::kInteger), location);
    case JsonType::kString:
      return OrFail(scalars_.String(parts), location);
    case JsonType::kArray:
      return OfArray(parts, location);
    case JsonType::kObject:
      break;
  }
  return OfObject(parts, location);
}

// Adds the values that fit all parts.
void SchemaCompiler::FillWithValues(int rule, const Schemas& parts, const Json& values,
                                    const Location& location) {
  if (!values.is_array() || values.empty() || values.size() > kMaxListedValues) {
    Fail(ErrorCode::kInvalid, location, "enum: expected a list of values");
    return;
  }
  for (const Json& value : values) {
    const bool fits =
        std::ranges::all_of(parts, [&](const Json* part) { return checker_.Fits(value, *part); });
    if (!fits) continue;
    Grammar::Sequence sequence;
    AppendText(ToText(value), location, sequence);
    if (error_) return;
    builder_.AddAlternative(rule, std::move(sequence));
  }
}

void SchemaCompiler::FillWithChoice(int rule, const Parts& parts, const SchemaParts::Choice& choice,
                                    const Location& location) {
  Chosen chosen = parts.chosen;
  chosen.insert(choice.schemas);
  const auto with = [&](std::initializer_list<const Json*> more) {
    Schemas all = parts.found.parts;
    all.insert(all.end(), more);
    return all;
  };
  // Whether a schema refers back to this choice without a value in between.
  const auto is_circle = [&](const Json& schema) {
    const Result<SchemaParts> alone = source_.PartsOf({&schema}, location.path);
    return alone && std::ranges::any_of(alone->choices, [&](const SchemaParts::Choice& other) {
             return chosen.contains(other.schemas);
           });
  };
  const std::string name = choice.is_one_of ? ".oneOf[" : ".anyOf[";
  for (std::size_t i = 0; i < choice.schemas->size() && !error_; ++i) {
    const Json& schema = (*choice.schemas)[i];
    const Location below = location.Below(name + std::to_string(i) + "]");
    if (is_circle(schema)) Fail(ErrorCode::kInvalid, below, "$ref: leads to itself");
    builder_.AddAlternative(rule, {GrammarBuilder::Rule(RuleOf(with({&schema}), below, chosen))});
    for (std::size_t k = 0; choice.is_one_of && k < i && !error_; ++k) {
      const int both = RuleOf(with({&(*choice.schemas)[k], &schema}), below, chosen);
      overlaps_.push_back({both, location.path});
    }
  }
}

void SchemaCompiler::AppendText(const std::string& text, const Location& location,
                                Grammar::Sequence& sequence) {
  text_bytes_ += text.size();
  if (text_bytes_ > kMaxSchemaTextBytes) {
    Fail(ErrorCode::kTooLarge, location, "expected shorter names and values");
    return;
  }
  builder_.Append(text, sequence);
}

}  // namespace edgevlm
