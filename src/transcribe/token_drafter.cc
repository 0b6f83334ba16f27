#include "transcribe/token_drafter.h"

#include <algorithm>
#include <cstddef>

#include "kernels/argmax/argmax.h"
#include "transcribe/token_rules.h"

namespace edgevlm {

TokenDrafter::TokenDrafter(const CrossDecoder& decoder, const SpeechTokens& tokens, const Run& run)
    : decoder_(decoder),
      tokens_(tokens),
      run_{.pool = run.pool, .fast = true, .is_over = run.is_over},
      cache_(decoder.cache_shape()),
      logits_(static_cast<std::size_t>(decoder.shape().vocabulary)) {}

void TokenDrafter::Restart() {
  cache_.TruncateTo(0);
  held_.clear();
}

std::span<float> TokenDrafter::Next(std::span<const int> ids, const CrossCache& cross) {
  const int rows = static_cast<int>(ids.size());
  const TokenSpan span = CrossDecoder::Following(cache_, ids, 1, cross);
  // Two rows follow a proposal that was right, and cost little more than one.
  PassTimer timer(rows <= 2 ? &costs_ : nullptr, 1);
  decoder_.Forward({&span, 1}, {logits_.data(), 1, static_cast<int>(logits_.size())}, workspace_,
                   run_);
  if (run_.IsOver()) timer.Discard();
  held_.insert(held_.end(), ids.begin(), ids.end());
  return logits_;
}

std::span<const int> TokenDrafter::Propose(std::span<const int> text, std::span<const int> sampled,
                                           int most, const CrossCache& cross) {
  const auto [end, _] = std::ranges::mismatch(held_, text);
  const std::size_t common =
      std::min(static_cast<std::size_t>(end - held_.begin()), text.size() - 1);
  held_.resize(common);
  cache_.TruncateTo(static_cast<int>(common));
  sampled_.assign(sampled.begin(), sampled.end());

  const auto fits = [&](std::size_t tokens) {
    return cache_.positions() + static_cast<int>(tokens) <= cache_.capacity();
  };
  std::span<const int> next = text.subspan(common);
  for (int guessed = 0; guessed < most && fits(next.size()) && !run_.IsOver(); ++guessed) {
    const std::span<float> logits = Next(next, cross);
    ApplyTokenRules(tokens_, sampled_, logits);
    const int id = ArgMax(logits);
    if (id == tokens_.end) break;
    sampled_.push_back(id);
    next = std::span(sampled_).last(1);
  }
  return std::span(sampled_).subspan(sampled.size());
}

}  // namespace edgevlm
