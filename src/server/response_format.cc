#include "server/response_format.h"

#include <span>
#include <string>
#include <utility>

#include "server/schema/pattern_grammar.h"
#include "server/schema/schema_grammar.h"

namespace edgevlm {
namespace {

using ReplyForm = std::shared_ptr<const Grammar>;

constexpr std::size_t kMaxChoices = 1024;
constexpr std::size_t kMaxChoiceBytes = std::size_t{64} << 10;  // of all together

ReplyForm FormOrProblem(const Result<ReplyForm>& form, Fields& fields, const char* name) {
  if (form) return *form;
  fields.Refuse(name, form.error().message, "unsupported_schema");
  return nullptr;
}

// A schema, or one as a text.
ReplyForm ReadSchemaForm(Fields& fields, const char* name, Problem&) {
  const Json& value = *fields.Any(name);
  if (!value.is_string()) return FormOrProblem(SchemaGrammar(value), fields, name);
  const Result<Json> schema = ParseJson(value.get_ref<const std::string&>());
  if (schema) return FormOrProblem(SchemaGrammar(*schema), fields, name);
  fields.Refuse(name, schema.error().message);
  return nullptr;
}

ReplyForm ReadPatternForm(Fields& fields, const char* name, Problem&) {
  const std::string pattern = fields.Text(name, "");
  if (pattern.empty()) return nullptr;
  return FormOrProblem(PatternGrammar(pattern), fields, name);
}

ReplyForm ReadChoiceForm(Fields& fields, const char* name, Problem&) {
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
    fields.Refuse(name, "expected texts of at most " + std::to_string(kMaxChoiceBytes) + " bytes");
    return nullptr;
  }
  return std::make_shared<const Grammar>(builder.Finish());
}

ReplyForm RefuseForm(Fields& fields, const char* name, Problem&) {
  fields.Refuse(name, "this server does not do that", "unsupported");
  return nullptr;
}

ReplyForm ReadAnyObject(Fields& fields, const char* name, Problem&) {
  return fields.Bool(name, false) ? AnyJsonObject() : nullptr;
}

ReplyForm ReadOllamaFormat(Fields& fields, const char* name, Problem& problem) {
  const Json& format = *fields.Any(name);
  if (format == "json") return AnyJsonObject();
  if (format.is_object()) return ReadSchemaForm(fields, name, problem);
  fields.Refuse(name, "expected json or a schema");
  return nullptr;
}

ReplyForm ReadOpenAiFormat(Fields& fields, const char* name, Problem& problem) {
  const Json* format = fields.Object(name);
  if (format == nullptr) return nullptr;
  Fields inner(*format, fields.PathOf(name), problem);
  const std::string type = inner.Text("type", "");
  if (type == "text") return nullptr;
  if (type != "json_object" && type != "json_schema") {
    inner.Refuse("type", "expected text, json_object or json_schema");
    return nullptr;
  }
  const Json* wrapped = type == "json_schema" ? inner.Object("json_schema") : nullptr;
  if (wrapped != nullptr) {
    Fields schema(*wrapped, inner.PathOf("json_schema"), problem);
    if (schema.has("schema")) return ReadSchemaForm(schema, "schema", problem);
    schema.Refuse("schema", "expected a schema, found none");
    return nullptr;
  }
  // As llama.cpp's clients write it.
  if (inner.has("schema")) return ReadSchemaForm(inner, "schema", problem);
  if (type == "json_object") return AnyJsonObject();
  inner.Refuse("json_schema", "expected an object, found none");
  return nullptr;
}

struct FormField {
  const char* name;
  // The field is there, and has a value that asks for something.
  ReplyForm (*read)(Fields& fields, const char* name, Problem& problem);
};

ReplyForm ReadOneForm(Fields& fields, Problem& problem, std::span<const FormField> known) {
  ReplyForm form;
  for (const FormField& field : known) {
    const Json* value = fields.Any(field.name);
    // An empty object is a schema that anything fits.
    const bool is_neutral = value == nullptr || *value == "" || *value == false ||
                            (value->is_array() && value->empty());
    if (is_neutral) continue;
    ReplyForm another = field.read(fields, field.name, problem);
    if (form != nullptr && another != nullptr) {
      fields.Refuse(field.name, "expected one form of the reply, found two");
    }
    if (another != nullptr) form = std::move(another);
  }
  return form;
}

ReplyForm ReadStructuredOutputs(Fields& fields, const char* name, Problem& problem) {
  constexpr FormField kKinds[] = {
      {"json", ReadSchemaForm},
      {"json_object", ReadAnyObject},
      {"regex", ReadPatternForm},
      {"choice", ReadChoiceForm},
      {"grammar", RefuseForm},
      {"structural_tag", RefuseForm},
      {"whitespace_pattern", RefuseForm},
  };
  const Json* object = fields.Object(name);
  if (object == nullptr) return nullptr;
  Fields inner(*object, fields.PathOf(name), problem);
  return ReadOneForm(inner, problem, kKinds);
}

constexpr FormField kForms[] = {
    {"response_format", ReadOpenAiFormat},
    {"format", ReadOllamaFormat},
    {"json_schema", ReadSchemaForm},
    {"guided_json", ReadSchemaForm},
    {"guided_regex", ReadPatternForm},
    {"regex", ReadPatternForm},
    {"guided_choice", ReadChoiceForm},
    {"structured_outputs", ReadStructuredOutputs},
    {"grammar", RefuseForm},
    {"guided_grammar", RefuseForm},
    {"ebnf", RefuseForm},
    {"structural_tag", RefuseForm},
};

}  // namespace

std::shared_ptr<const Grammar> ReadReplyForm(Fields& fields, Problem& problem) {
  return ReadOneForm(fields, problem, kForms);
}

}  // namespace edgevlm
