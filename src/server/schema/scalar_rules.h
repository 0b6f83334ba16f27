// ScalarRules: rules for the numbers and strings that a schema describes.
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

// What all of several schemas demand of a string.
struct TextDemands {
  std::int64_t least = 0;
  std::optional<std::int64_t> most = {};
  std::set<std::string> patterns = {};  // those of formats too
  auto operator<=>(const TextDemands&) const = default;
};

// minLength, maxLength, pattern and format of schemas. Errors: kInvalid, kUnsupported (an unknown
// format). Messages have no place: whoever asks knows it.
Result<TextDemands> ReadTextDemands(const std::vector<const Json*>& parts);

// The texts that fit. Where length and patterns together take more than kMaxScalarStates states,
// only the shorter ones. Errors: those of PatternAutomaton.
Result<Automaton> TextAutomaton(const TextDemands& demands);

// Equal demands have one rule. Where nothing fits, the rule has no alternatives.
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
  std::map<std::string, int> numbers_;
};

}  // namespace edgevlm
