#include "decode/log_probability.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace edgevlm {

double LogProbability(std::span<const float> logits, int token) {
  const double greatest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - greatest);
  return logits[static_cast<std::size_t>(token)] - greatest - std::log(sum);
}

}  // namespace edgevlm
