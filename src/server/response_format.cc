#include "server/response_format.h"

#include <span>
#include <string>
#include <utility>

#include "server/schema/gbnf.h"
#include "server/schema/pattern_grammar.h"
#include "server/schema/schema_grammar.h"

namespace edgevlm {
namespace {

using GrammarPtr = std::shared_ptr<const Grammar>;

constexpr std::size_t kMaxChoices = 1024;
constexpr std::size_t kMaxChoiceBytes = std::size_t{64} << 10;  // of all choices together

GrammarPtr GrammarOrProblem(const Result<GrammarPtr>& grammar, Fields& fields, const char* name) {
  if (grammar) return *grammar;
  fields.Reject(name, grammar.error().message, "unsupported_schema");
  return nullptr;
}

// A schema, as an object or as a string.
GrammarPtr ReadSchema(Fields& fields, const char* name, Problem&) {
  const Json& value = *fields.Any(name);
  if (!value.is_string()) return GrammarOrProblem(SchemaGrammar(value), fields, name);
  const Result<Json> schema = ParseJson(value.get_ref<const std::string&>());
  if (schema) return GrammarOrProblem(SchemaGrammar(*schema), fields, name);
  fields.Reject(name, schema.error().message);
  return nullptr;
}

GrammarPtr ReadPattern(Fields& fields, const char* name, Problem&) {
  const std::string pattern = fields.Text(name, "");
  if (pattern.empty()) return nullptr;
  return GrammarOrProblem(PatternGrammar(pattern), fields, name);
}

GrammarPtr ReadGbnf(Fields& fields, const char* name, Problem&) {
  const std::string text = fields.Text(name, "");
  if (text.empty()) return nullptr;
  const Result<GrammarPtr> grammar = GbnfGrammar(text);
  if (grammar) return *grammar;
  fields.Reject(name, grammar.error().message, "unsupported_grammar");
  return nullptr;
}

GrammarPtr ReadChoices(Fields& fields, const char* name, Problem&) {
  GrammarBuilder builder;
  const std::vector<std::string> choices = fields.Texts(name, kMaxChoices);
  std::size_t bytes = 0;
  for (const std::string& choice : choices) {
    bytes += choice.size();
    Grammar::Sequence sequence;
    if (bytes <= kMaxChoiceBytes) builder.Append(choice, sequence);
    builder.AddAlternative(0, std::move(sequence));
  }
  if (choices.empty() || bytes > kMaxChoiceBytes) {
    fields.Reject(name, "expected texts of at most " + std::to_string(kMaxChoiceBytes) + " bytes");
    return nullptr;
  }
  return std::make_shared<const Grammar>(builder.Finish());
}

GrammarPtr RejectFormat(Fields& fields, const char* name, Problem&) {
  fields.Reject(name, "not supported by this server", "unsupported");
  return nullptr;
}

GrammarPtr ReadAnyObject(Fields& fields, const char* name, Problem&) {
  return fields.Bool(name, false) ? AnyJsonObject() : nullptr;
}

GrammarPtr ReadOllamaFormat(Fields& fields, const char* name, Problem& problem) {
  const Json& format = *fields.Any(name);
  if (format == "json") return AnyJsonObject();
  if (format.is_object()) return ReadSchema(fields, name, problem);
  fields.Reject(name, "expected json or a schema");
  return nullptr;
}

GrammarPtr ReadOpenAiFormat(Fields& fields, const char* name, Problem& problem) {
  const Json* format = fields.Object(name);
  if (format == nullptr) return nullptr;
  Fields inner(*format, fields.PathOf(name), problem);
  const std::string type = inner.Text("type", "");
  if (type == "text") return nullptr;
  if (type != "json_object" && type != "json_schema") {
    inner.Reject("type", "expected text, json_object or json_schema");
    return nullptr;
  }
  const Json* wrapped = type == "json_schema" ? inner.Object("json_schema") : nullptr;
  if (wrapped != nullptr) {
    Fields schema(*wrapped, inner.PathOf("json_schema"), problem);
    if (schema.has("schema")) return ReadSchema(schema, "schema", problem);
    schema.Reject("schema", "expected a schema, found none");
    return nullptr;
  }
  // The form that llama.cpp's clients use.
  if (inner.has("schema")) return ReadSchema(inner, "schema", problem);
  if (type == "json_object") return AnyJsonObject();
  inner.Reject("json_schema", "expected an object, found none");
  return nullptr;
}

struct FormatField {
  const char* name;
  // Called where the field is present with a value that is not neutral.
  GrammarPtr (*read)(Fields& fields, const char* name, Problem& problem);
};

GrammarPtr ReadOneFormat(Fields& fields, Problem& problem, std::span<const FormatField> known) {
  GrammarPtr grammar;
  for (const FormatField& field : known) {
    const Json* value = fields.Any(field.name);
    // An empty object is not neutral: it is a schema that accepts any JSON.
    const bool is_neutral = value == nullptr || *value == "" || *value == false ||
                            (value->is_array() && value->empty());
    if (is_neutral) continue;
    GrammarPtr another = field.read(fields, field.name, problem);
    if (grammar != nullptr && another != nullptr) {
      fields.Reject(field.name, "expected one response format, found two");
    }
    if (another != nullptr) grammar = std::move(another);
  }
  return grammar;
}

GrammarPtr ReadStructuredOutputs(Fields& fields, const char* name, Problem& problem) {
  constexpr FormatField kKinds[] = {
      {"json", ReadSchema},
      {"json_object", ReadAnyObject},
      {"regex", ReadPattern},
      {"choice", ReadChoices},
      {"grammar", ReadGbnf},
      {"structural_tag", RejectFormat},
      {"whitespace_pattern", RejectFormat},
  };
  const Json* object = fields.Object(name);
  if (object == nullptr) return nullptr;
  Fields inner(*object, fields.PathOf(name), problem);
  return ReadOneFormat(inner, problem, kKinds);
}

constexpr FormatField kFormatFields[] = {
    {"response_format", ReadOpenAiFormat},
    {"format", ReadOllamaFormat},
    {"json_schema", ReadSchema},
    {"guided_json", ReadSchema},
    {"guided_regex", ReadPattern},
    {"regex", ReadPattern},
    {"guided_choice", ReadChoices},
    {"structured_outputs", ReadStructuredOutputs},
    {"grammar", ReadGbnf},
    {"guided_grammar", ReadGbnf},
    {"ebnf", RejectFormat},
    {"structural_tag", RejectFormat},
};

}  // namespace

std::shared_ptr<const Grammar> ReadFlatFormat(Fields& fields, Problem& problem) {
  return ReadOpenAiFormat(fields, "format", problem);
}

std::shared_ptr<const Grammar> ReadResponseFormat(Fields& fields, Problem& problem) {
  return ReadOneFormat(fields, problem, kFormatFields);
}

}  // namespace edgevlm
