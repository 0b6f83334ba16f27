// LogProbability: how likely one token is.
#pragma once

#include <span>

namespace edgevlm {

// log(exp(logits[token]) / sum_i(exp(logits[i]))), in nats; the sum in double. O(V).
// REQUIRES: token is an index into logits.
double LogProbability(std::span<const float> logits, int token);

}  // namespace edgevlm
