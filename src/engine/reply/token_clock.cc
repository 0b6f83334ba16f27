#include "engine/reply/token_clock.h"

#include <algorithm>
#include <cmath>

namespace edgevlm {

TokenClock::TokenClock(int max_tokens) { gaps_ms_.reserve(static_cast<std::size_t>(max_tokens)); }

void TokenClock::Note(int tokens, double ms) {
  if (tokens == tokens_) return;
  if (tokens_ > 0) gaps_ms_.push_back(static_cast<float>(ms - last_ms_));
  tokens_ = tokens;
  last_ms_ = ms;
}

std::optional<TokenGaps> TokenClock::Gaps() const {
  if (gaps_ms_.empty()) return std::nullopt;
  std::vector<float> sorted = gaps_ms_;
  std::ranges::sort(sorted);
  // The smallest value that at least this part of the values do not exceed.
  const auto percentile = [&sorted](double part) -> double {
    const double rank = std::ceil(part * static_cast<double>(sorted.size()));
    return sorted[static_cast<std::size_t>(rank) - 1];
  };
  return TokenGaps{.p50_ms = percentile(0.5), .p99_ms = percentile(0.99), .max_ms = sorted.back()};
}

}  // namespace edgevlm
