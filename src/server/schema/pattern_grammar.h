// Grammars for regular expressions.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "edgevlm/grammar.h"

namespace edgevlm {

// Accepts the texts that match the whole pattern. Errors: those of PatternAutomaton, and kInvalid
// if no text does.
Result<std::shared_ptr<const Grammar>> PatternGrammar(std::string_view pattern);

}  // namespace edgevlm
