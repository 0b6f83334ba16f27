// ScalarRules: grammar rules for the numbers and strings of a schema.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/parse/json.h"
#include "server/schema/string_rules.h"

namespace edgevlm {

inline constexpr int kMaxScalarStates = 4096;
// Per schema: each takes some milliseconds at most.
inline constexpr int kMaxSchemaPatterns = 64;

// The constraints of several schemas on a string, combined.
struct TextDemands {
  std::int64_t min = 0;
  std::optional<std::int64_t> max = {};
  std::set<std::string> patterns = {};  // including those of formats
  auto operator<=>(const TextDemands&) const = default;
};

// Reads minLength, maxLength, pattern and format of schemas. Errors: kInvalid, kUnsupported (an
// unknown format). Messages do not name the path; the caller adds it.
Result<TextDemands> ReadTextDemands(const std::vector<const Json*>& parts);

// The texts that satisfy the constraints. If length and patterns together need more than
// kMaxScalarStates states, only the shorter ones. Errors: those of PatternAutomaton.
Result<Automaton> TextAutomaton(const TextDemands& demands);

// Equal constraints share a rule. If nothing satisfies them, the rule has no alternatives.
class ScalarRules {
 public:
  ScalarRules(GrammarBuilder& builder, JsonValues& values)
      : builder_(builder), values_(values), strings_(builder, values) {}

  Result<int> String(const std::vector<const Json*>& parts);
  // is_whole: integers only.
  Result<int> Number(const std::vector<const Json*>& parts, bool is_whole);
  StringRules& strings() { return strings_; }

 private:
  GrammarBuilder& builder_;
  JsonValues& values_;
  StringRules strings_;
  std::map<TextDemands, int> texts_;
  int patterns_ = 0;
  std::map<std::string, int> numbers_;
};

}  // namespace edgevlm
