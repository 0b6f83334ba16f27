// Automata that accept the decimal notation of numbers within bounds.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "server/parse/json.h"
#include "server/schema/automaton.h"

namespace edgevlm {

// A number as decimal digits, without leading zeros in `whole` (except "0") or trailing zeros in
// `fraction`.
struct Decimal {
  bool is_negative = false;
  std::string whole = "0";
  std::string fraction = {};
};

// The exact value of a JSON number; an exponent may give it hundreds of digits.
Decimal ToDecimal(const Json& number);

struct NumberRange {
  struct Bound {
    Decimal at;
    bool is_excluded = false;
  };
  std::optional<Bound> min = {};
  std::optional<Bound> max = {};
  bool is_whole = false;  // no fraction
  int multiple_of = 1;    // of whole numbers
};

// The JSON notation of the numbers in a range, without exponents and with at most 15 digits, which
// a double always represents; if the bounds have more digits before the point, so may the numbers,
// up to 19. Nothing if it needs more than max_states states.
std::optional<Automaton> RangeAutomaton(const NumberRange& range, int max_states);

}  // namespace edgevlm
