// Numbers between bounds, as automata over their digits.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "server/parse/json.h"
#include "server/schema/automaton.h"

namespace edgevlm {

// A number without its sign, as digits: no zero in front of `whole` ("0" alone excepted) nor at the
// end of `fraction`.
struct Decimal {
  bool is_negative = false;
  std::string whole = "0";
  std::string fraction = {};
};

// The number that a JSON text writes; with a power of ten it may have hundreds of digits.
Decimal ToDecimal(const Json& number);

struct NumberRange {
  struct Bound {
    Decimal at;
    bool is_excluded = false;
  };
  std::optional<Bound> least = {};
  std::optional<Bound> most = {};
  bool is_whole = false;  // no fraction
  int multiple_of = 1;    // of whole numbers
};

// How JSON writes the numbers of a range, without powers of ten and with at most 15 digits, which a
// double holds whatever they are; where the bounds have more before their point, so may the
// numbers, up to 19. Nothing where it takes more than max_states.
std::optional<Automaton> RangeAutomaton(const NumberRange& range, int max_states);

}  // namespace edgevlm
