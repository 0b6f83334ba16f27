// How likely tokens are, by their logits.
#pragma once

#include <span>

#include "edgevlm/decode_options.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// log(exp(logits[token]) / sum_i(exp(logits[i]))), in nats. Error: at most (V + 8) * FLT_EPSILON,
// that of ComputeLogSumExp. O(V). REQUIRES: token is an index into logits.
double LogProbability(std::span<const float> logits, int token);

// The same of a chosen token, and of the `alternatives` most likely ones (of equal ones the lower
// id first), with their texts. O(V log(alternatives)). REQUIRES: alternatives >= 0.
TokenChoice DescribeChoice(std::span<const float> logits, int token, int alternatives,
                           const Tokenizer& tokenizer);

}  // namespace edgevlm
