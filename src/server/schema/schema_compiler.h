// SchemaCompiler: compiles a JSON schema to grammar rules, for schema_grammar.cc.
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

// For one use. Each rule stands for a list of schemas that must all hold; an equal list gets the
// same rule, which is how recursive schemas work. A contradiction becomes a rule without
// alternatives, and RemoveDeadEnds removes every alternative that would lead there.
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
  // A position in the schema: its path, for messages, and its depth.
  struct Location {
    std::string path;
    int depth = 0;
    Location Below(const std::string& step) const { return {path + step, depth + 1}; }
  };
  // The anyOf and oneOf lists from which one schema has been chosen already.
  using Chosen = std::set<const Json*>;
  struct Parts {
    SchemaParts found;
    Chosen chosen;
  };

  // schema_compiler.cc. Each returns a rule; any rule after an error.
  int RuleOf(const Schemas& schemas, const Location& location, const Chosen& chosen = {});
  void Fill(int rule, const Parts& parts, const Location& location);
  void FillWithValues(int rule, const Schemas& parts, const Json& values, const Location& location);
  void FillWithChoice(int rule, const Parts& parts, const SchemaParts::Choice& choice,
                      const Location& location);
  int OfType(JsonType type, const Schemas& parts, const Location& location);

  // compile_array.cc
  int OfArray(const Schemas& parts, const Location& location);

  // compile_object.cc
  struct Properties;
  int OfObject(const Schemas& parts, const Location& location);
  bool ReadProperties(const Schemas& parts, const Location& location, Properties& properties);
  int NameRule(const Schemas& parts, const Properties& properties, const Location& location);
  std::pair<int, int> AfterProperties(const Schemas& parts, const Properties& properties,
                                      const Location& location);

  // Appends the bytes of a text to a sequence.
  void AppendText(const std::string& text, const Location& location, Grammar::Sequence& sequence);
  int Fail(ErrorCode code, const Location& location, const std::string& what) {
    if (!error_) error_ = Error{code, location.path + ": " + what};
    return 0;
  }
  // The rule, or its error with the path added.
  int OrFail(const Result<int>& rule, const Location& location) {
    return rule ? *rule : Fail(rule.error().code, location, rule.error().message);
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
  // Rules, with their paths, for values that fit two schemas of one oneOf. They must accept
  // nothing.
  std::vector<std::pair<int, std::string>> overlaps_;
  std::size_t text_bytes_ = 0;
  MaybeError error_;
};

}  // namespace edgevlm
