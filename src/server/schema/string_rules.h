// StringRules: grammar rules for sets of texts, as JSON strings or bare.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "edgevlm/grammar.h"
#include "server/schema/automaton.h"
#include "server/schema/json_values.h"

namespace edgevlm {

// Each function returns the number of a rule; equal sets share rules.
class StringRules {
 public:
  StringRules(GrammarBuilder& builder, JsonValues& values) : builder_(builder), values_(values) {}

  // A JSON string of `min` to `max` code points. O(log max) rules.
  int OfLength(std::int64_t min, std::optional<std::int64_t> max);
  // A JSON string whose text the automaton accepts, each character in its shortest notation.
  int Quoted(const Automaton& automaton);
  // The text without quotation marks.
  int Bare(const Automaton& automaton);

 private:
  enum class Spelling { kJson, kBare };

  int Exactly(std::int64_t count);
  int UpTo(std::int64_t count);
  int StatesOf(const Automaton& automaton, Spelling spelling);
  int OneOf(const CodePoints& set, Spelling spelling);
  void AddPlain(const CodePoints::Interval& interval, int rule);
  Grammar::Element Byte(unsigned char c) { return builder_.Set(Grammar::Bytes().set(c)); }

  GrammarBuilder& builder_;
  JsonValues& values_;
  std::map<std::int64_t, int> exactly_, up_to_;
  std::map<std::pair<CodePoints, Spelling>, int> sets_;
};

}  // namespace edgevlm
