#include "server/response_format.h"

#include <string>

#include "server/parse/json_grammar.h"

namespace edgevlm {
namespace {

std::shared_ptr<const Grammar> ReadSchema(const nlohmann::json& schema, Fields& fields,
                                          const char* name) {
  const auto grammar = SchemaGrammar(schema);
  if (grammar) return *grammar;
  fields.Refuse(name, grammar.error().message, "unsupported_schema");
  return nullptr;
}

}  // namespace

std::shared_ptr<const Grammar> ReadResponseFormat(Fields& fields, Problem& problem) {
  const nlohmann::json* format = fields.Object("response_format");
  if (format == nullptr) return nullptr;
  Fields inner(*format, fields.PathOf("response_format"), problem);
  const std::string type = inner.Text("type", "");
  if (type == "text") return nullptr;
  if (type == "json_object") {
    // llama.cpp's clients put a schema here.
    const nlohmann::json* schema = inner.Object("schema");
    return schema == nullptr ? AnyJsonObject() : ReadSchema(*schema, inner, "schema");
  }
  if (type != "json_schema") {
    inner.Refuse("type", "expected text, json_object or json_schema");
    return nullptr;
  }
  const nlohmann::json* wrapped = inner.Object("json_schema");
  if (wrapped == nullptr) {
    inner.Refuse("json_schema", "expected an object, found none");
    return nullptr;
  }
  Fields schema_fields(*wrapped, inner.PathOf("json_schema"), problem);
  const nlohmann::json* schema = schema_fields.Object("schema");
  if (schema != nullptr) return ReadSchema(*schema, schema_fields, "schema");
  schema_fields.Refuse("schema", "expected an object, found none");
  return nullptr;
}

std::shared_ptr<const Grammar> ReadOllamaFormat(Fields& fields) {
  const nlohmann::json* format = fields.Any("format");
  if (format == nullptr || *format == "") return nullptr;
  if (*format == "json") return AnyJsonObject();
  if (format->is_object()) return ReadSchema(*format, fields, "format");
  fields.Refuse("format", "expected json or a schema");
  return nullptr;
}

}  // namespace edgevlm
