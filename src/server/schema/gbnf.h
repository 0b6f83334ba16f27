// Grammars in GBNF, the notation of llama.cpp.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "edgevlm/grammar.h"

namespace edgevlm {

inline constexpr std::size_t kMaxGbnfBytes = std::size_t{64} << 10;

// Rules `name ::= alternative | alternative`, of which `root` matches the reply. Alternatives are
// sequences of "texts", [a-z] and [^a-z] (sets of characters), . (any character), names and
// (groups), each perhaps with *, +, ?, {n}, {n,} or {n,m} behind it; # begins a comment. Characters
// may be escaped: \n \r \t \\ \" \[ \] \xHH \uHHHH \UHHHHHHHH. Errors, with the line: kInvalid
// (also: a rule that is missing, left-recursive, or matches no text), kUnsupported (tokens in <>),
// kTooLarge.
Result<std::shared_ptr<const Grammar>> GbnfGrammar(std::string_view text);

}  // namespace edgevlm
