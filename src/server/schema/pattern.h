// Regular expressions as automata.
#pragma once

#include <string_view>

#include "base/result.h"
#include "server/schema/automaton.h"

namespace edgevlm {

inline constexpr int kMaxPatternStates = 4096;

// Where in a text a pattern has to match.
enum class PatternMatch {
  kAnywhere,  // as "pattern" of a JSON schema: ^ and $ say more
  kWhole,     // from the beginning to the end
};

// The texts that match a pattern (see pattern_syntax.h for what is known). Made by Thompson's
// construction and the subset construction; both are given up as kTooLarge before they cost more
// than some ten milliseconds and a megabyte. Errors: as ParsePattern, and kTooLarge.
Result<Automaton> PatternAutomaton(std::string_view pattern, PatternMatch match);

}  // namespace edgevlm
