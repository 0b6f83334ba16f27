// SchemaChecker: validates a JSON value against a schema.
#pragma once

#include <map>
#include <string>

#include "server/parse/json.h"
#include "server/schema/automaton.h"
#include "server/schema/schema_parts.h"

namespace edgevlm {

// Evaluates the keywords one by one as JSON Schema (2020-12) defines them, including "format";
// keywords that SchemaSource does not know are ignored. The compiler uses it to filter the values
// of an enum and the names of properties.
class SchemaChecker {
 public:
  // root: the schema that references are relative to; must outlive it.
  explicit SchemaChecker(const Json& root) : source_(root) {}

  // False beyond kMaxSchemaDepth nested references or kMaxSchemaPatterns patterns.
  bool Fits(const Json& value, const Json& schema) { return Fits(value, schema, 0); }

 private:
  bool Fits(const Json& value, const Json& schema, int depth);
  bool FitsCombinations(const Json& value, const Json& schema, int depth);
  bool FitsString(const std::string& text, const Json& schema);
  bool FitsArray(const Json& array, const Json& schema, int depth);
  bool FitsObject(const Json& object, const Json& schema, int depth);
  bool Matches(const std::string& text, const std::string& pattern);

  const SchemaSource source_;
  std::map<std::string, Automaton> patterns_;
};

}  // namespace edgevlm
