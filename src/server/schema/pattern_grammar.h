// Grammars of texts that match a regular expression.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "edgevlm/grammar.h"

namespace edgevlm {

// The texts that match from the beginning to the end. Errors: those of PatternAutomaton, and
// kInvalid where no text does.
Result<std::shared_ptr<const Grammar>> PatternGrammar(std::string_view pattern);

}  // namespace edgevlm
