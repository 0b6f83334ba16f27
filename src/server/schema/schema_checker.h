// SchemaChecker: whether a value fits a schema.
#pragma once

#include <map>
#include <string>

#include "server/parse/json.h"
#include "server/schema/automaton.h"
#include "server/schema/schema_parts.h"

namespace edgevlm {

// Goes through the keywords one by one, as JSON Schema (2020-12) explains them, "format" among
// them; those that SchemaSource does not know are not looked at. What a reply may choose from, the
// values of an enumeration and names of properties, is asked of this.
class SchemaChecker {
 public:
  // root must outlive it: the schema that references start from.
  explicit SchemaChecker(const Json& root) : source_(root) {}

  // Nothing fits deeper than kMaxSchemaDepth references.
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
