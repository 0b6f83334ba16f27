// TokenClock: measures the waits between the tokens of a reply.
#pragma once

#include <optional>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// Threads: one at a time. Allocates only when it is made: 4 bytes per token.
class TokenClock {
 public:
  explicit TokenClock(int max_tokens);

  // After a step: how many tokens the reply has by now, and the time since its start.
  void Note(int tokens, double ms);

  // None if all tokens came in one step.
  std::optional<TokenGaps> Gaps() const;

 private:
  int tokens_ = 0;
  double last_ms_ = 0;  // when the last of them came
  std::vector<float> gaps_ms_;
};

}  // namespace edgevlm
