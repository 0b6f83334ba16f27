#include "decode/speculate/speculation.h"

#include <algorithm>

namespace edgevlm {

Speculation::Speculation(const Drafter& drafter, int positions)
    : memory_(drafter.MakeMemory(positions)) {
  text_.reserve(static_cast<std::size_t>(positions) + 1);
  draft_.tokens.reserve(Draft::kMaxTokens);
}

void Speculation::StartReply(std::span<const int> prompt) {
  const auto [end, _] = std::ranges::mismatch(text_, prompt);
  memory_->StartReply(static_cast<int>(end - text_.begin()));
  text_.assign(prompt.begin(), prompt.end());
  draft_.Clear();
  draft_.probabilities.clear();  // this reply may be greedy
  drafted_ = accepted_ = 0;
}

DraftRequest Speculation::Request(int max_tokens, Sequence& sequence, Sampler& sampler) {
  return {.memory = memory_.get(),
          .text = text_,
          .sequence = &sequence,
          .sampler = &sampler,
          .max_tokens = max_tokens,
          .draft = &draft_};
}

void Speculation::Learn(int accepted, int checked) {
  if (draft_.size() == 0) {
    acceptance_.Forget();
    return;
  }
  acceptance_.Learn(accepted, checked > accepted);
  drafted_ += draft_.size();
  accepted_ += accepted;
  draft_.Clear();
}

}  // namespace edgevlm
