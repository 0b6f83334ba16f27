// SchemaCompiler: makes the rules of a schema, for schema_grammar.cc.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "edgevlm/grammar.h"
#include "server/parse/json.h"
#include "server/schema/json_values.h"
#include "server/schema/scalar_rules.h"
#include "server/schema/schema_checker.h"
#include "server/schema/schema_parts.h"

namespace edgevlm {

// Used once. Rules are made of lists of schemas that must all hold; a list that comes again has the
// same rule, which is how a schema may refer to itself. What can not be is a rule without
// alternatives, and RemoveDeadEnds takes away all that would lead there.
class SchemaCompiler {
 public:
  explicit SchemaCompiler(const Json& schema)
      : root_(schema),
        source_(schema),
        checker_(schema),
        values_(builder_),
        scalars_(builder_, values_) {}

  Result<std::shared_ptr<const Grammar>> Compile();

 private:
  using Schemas = std::vector<const Json*>;
  // Where something is made: its path for messages, and how deep it lies.
  struct Place {
    std::string path;
    int depth = 0;
    Place Below(const std::string& step) const { return {path + step, depth + 1}; }
  };
  // The lists of anyOf and oneOf of which one is already among the schemas.
  using Chosen = std::set<const Json*>;
  struct Parts {
    SchemaParts found;
    Chosen chosen;
  };

  // schema_compiler.cc. After an error, any rule.
  int RuleOf(const Schemas& schemas, const Place& place, const Chosen& chosen = {});
  void Fill(int rule, const Parts& parts, const Place& place);
  void FillWithValues(int rule, const Schemas& parts, const Json& values, const Place& place);
  void FillWithChoice(int rule, const Parts& parts, const SchemaParts::Choice& choice,
                      const Place& place);
  int OfType(JsonType type, const Schemas& parts, const Place& place);

  // compile_array.cc
  int OfArray(const Schemas& parts, const Place& place);

  // compile_object.cc
  struct Properties;
  int OfObject(const Schemas& parts, const Place& place);
  bool ReadProperties(const Schemas& parts, const Place& place, Properties& properties);
  int NameRule(const Schemas& parts, const Properties& properties, const Place& place);
  std::pair<int, int> AfterProperties(const Schemas& parts, const Properties& properties,
                                      const Place& place);

  // Adds a text's bytes to a sequence.
  void Spell(const std::string& text, const Place& place, Grammar::Sequence& sequence);
  int Fail(ErrorCode code, const Place& place, const std::string& what) {
    if (!error_) error_ = Error{code, place.path + ": " + what};
    return 0;
  }
  // Of a rule that another part made.
  int OrFail(const Result<int>& rule, const Place& place) {
    return rule ? *rule : Fail(rule.error().code, place, rule.error().message);
  }
  Grammar::Element Byte(char c) {
    return builder_.Set(Grammar::Bytes().set(static_cast<unsigned char>(c)));
  }
  Grammar::Element Blank() { return GrammarBuilder::Rule(values_.Blank()); }

  const Json& root_;
  const SchemaSource source_;
  SchemaChecker checker_;
  GrammarBuilder builder_;
  JsonValues values_;
  ScalarRules scalars_;
  std::map<std::pair<Schemas, Chosen>, int> rules_;
  // Rules of values that fit two schemas of one oneOf, and where: there must be none.
  std::vector<std::pair<int, std::string>> overlaps_;
  std::size_t text_bytes_ = 0;
  MaybeError error_;
};

}  // namespace edgevlm
