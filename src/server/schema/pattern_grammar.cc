#include "server/schema/pattern_grammar.h"

#include "server/schema/pattern.h"
#include "server/schema/string_rules.h"

namespace edgevlm {

Result<std::shared_ptr<const Grammar>> PatternGrammar(std::string_view pattern) {
  const Result<Automaton> automaton = PatternAutomaton(pattern, PatternMatch::kWhole);
  if (!automaton) return automaton.error();
  if (IsEmpty(*automaton)) return Error{ErrorCode::kInvalid, "no text matches it"};
  GrammarBuilder builder;
  JsonValues values(builder);
  StringRules strings(builder, values);
  builder.AddAlternative(0, {builder.Rule(strings.Bare(*automaton))});
  return std::make_shared<const Grammar>(builder.Finish());
}

}  // namespace edgevlm
