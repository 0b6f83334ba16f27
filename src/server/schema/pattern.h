// Compiles regular expressions to automata.
#pragma once

#include <string_view>

#include "base/result.h"
#include "server/schema/automaton.h"

namespace edgevlm {

inline constexpr int kMaxPatternStates = 4096;

// Which part of a text a pattern has to match.
enum class PatternMatch {
  kAnywhere,  // any part, as "pattern" in a JSON schema; ^ and $ anchor it
  kWhole,     // all of it
};

// The texts that match a pattern (pattern_syntax.h has the supported syntax), by Thompson's
// construction and the subset construction. Both stop with kTooLarge before they take more than
// about ten milliseconds or a megabyte. Errors: as ParsePattern, and kTooLarge.
Result<Automaton> PatternAutomaton(std::string_view pattern, PatternMatch match);

}  // namespace edgevlm
