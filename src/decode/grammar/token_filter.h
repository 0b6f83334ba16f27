// TokenFilter: which tokens may come next for a reply to match a grammar.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "decode/grammar/matcher.h"
#include "decode/shown_tokens.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// Follows one reply. Threads: one at a time. Cost: a walk through the bytes of the vocabulary at
// the first visit of a state; afterwards a look-up.
class TokenFilter {
 public:
  // ends: end tokens of the model, increasing. shown: control tokens whose names the grammar may
  // match. All but the grammar must outlive it; that is shared.
  TokenFilter(std::shared_ptr<const Grammar> grammar, const Tokenizer& tokenizer,
              std::span<const int> ends, const ShownTokens& shown);

  // [V]: whether a token may come next. At least one may: the end token, if nothing else. Valid
  // until the next call.
  const std::vector<bool>& Allowed();

  // Advances by the chosen token. REQUIRES: it was allowed.
  void Accept(int token);

  // Only an end token may come next.
  bool is_complete() const {
    return state_ == GrammarMatcher::kNone || !matcher_.MayContinue(state_);
  }

 private:
  GrammarMatcher::State After(GrammarMatcher::State state, int token);

  const std::shared_ptr<const Grammar> grammar_;
  const Tokenizer& tokenizer_;
  const std::span<const int> ends_;
  const ShownTokens& shown_;
  GrammarMatcher matcher_;
  GrammarMatcher::State state_;
  std::unordered_map<GrammarMatcher::State, std::vector<bool>> allowed_;
};

}  // namespace edgevlm
