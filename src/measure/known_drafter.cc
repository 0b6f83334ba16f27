#include "measure/known_drafter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace edgevlm {
namespace {

class KnownMemory final : public DraftMemory {
 public:
  KnownMemory(const Decoder* smaller, int positions) {
    if (smaller == nullptr) return;
    sequence.emplace(*smaller, std::min(positions, smaller->shape().context));
  }

  void StartReply(int) override {
    if (sequence) sequence->TruncateTo(0);
  }

  std::optional<Sequence> sequence;
};

}  // namespace

KnownDrafter::KnownDrafter(const std::vector<int>& reply, double acceptance, const Decoder* smaller)
    : reply_(reply), acceptance_(acceptance) {
  if (smaller == nullptr) return;
  batch_.emplace(*smaller);
  logits_.resize(static_cast<std::size_t>(smaller->shape().vocabulary));
}

std::unique_ptr<DraftMemory> KnownDrafter::MakeMemory(int positions) const {
  return std::make_unique<KnownMemory>(batch_ ? &batch_->decoder() : nullptr, positions);
}

// The prompt is one token.
void KnownDrafter::Propose(std::span<const DraftRequest> requests,
                           const ThreadGroups& thread_groups) {
  for (const DraftRequest& request : requests) {
    const std::size_t known = request.text.size() - 1;
    const int right = RightTokens();
    for (int i = 0; i < request.max_tokens; ++i) {
      const int token = reply_[std::min(known + static_cast<std::size_t>(i), reply_.size() - 1)];
      request.draft->tokens.push_back(i < right ? token : (token == 0 ? 1 : 0));
      if (batch_) Read(*request.memory, static_cast<int>(request.text.size()) + i, thread_groups);
    }
  }
}

// How many tokens of a draft are right: j or more with probability acceptance^j.
int KnownDrafter::RightTokens() {
  const double multiple = ++drafts_ * std::numbers::phi;
  const double even = 1 - (multiple - std::floor(multiple));  // in (0, 1]
  if (acceptance_ >= 1) return Draft::kMaxTokens;
  return static_cast<int>(std::log(even) / std::log(acceptance_));
}

// Processes the text up to token number `total`, as a smaller model would; first truncates tokens
// that were rejected before.
void KnownDrafter::Read(DraftMemory& memory, int total, const ThreadGroups& thread_groups) {
  Sequence& sequence = *static_cast<KnownMemory&>(memory).sequence;
  sequence.TruncateTo(std::min(sequence.positions(), total - 1));
  const int rows = std::min(total - sequence.positions(), sequence.remaining());
  if (rows == 0) return;
  read_.assign(static_cast<std::size_t>(rows), 0);
  const PassTimer timer(rows <= 2 ? &costs_ : nullptr, 1);
  batch_->Add(sequence, {.tokens = read_}, 1);
  batch_->Forward({logits_.data(), 1, static_cast<int>(logits_.size())}, thread_groups.For(rows));
}

}  // namespace edgevlm
