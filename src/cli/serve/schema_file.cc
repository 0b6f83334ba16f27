#include "cli/schema_file.h"

#include "cli/input.h"
#include "server/parse/json.h"
#include "server/schema/schema_grammar.h"

namespace edgevlm {

Result<std::shared_ptr<const Grammar>> ReadSchemaFile(const std::string& path) {
  const auto file = ReadInput(path);
  if (!file) return file.error();
  const auto named = [&path](const Error& error) { return error.In(path); };
  auto grammar = ReadSchema({reinterpret_cast<const char*>(file->data()), file->size()});
  if (!grammar) return named(grammar.error());
  return grammar;
}

Result<std::shared_ptr<const Grammar>> ReadSchema(const std::string& text) {
  const auto schema = ParseJson(text);
  if (!schema) return schema.error();
  return SchemaGrammar(*schema);
}

}  // namespace edgevlm
