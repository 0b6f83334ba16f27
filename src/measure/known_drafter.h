// KnownDrafter: drafts with a given acceptance rate, to measure the possible gain of speculation
// without a trained drafter.
#pragma once

#include <optional>
#include <vector>

#include "decode/batch.h"
#include "decode/speculate/drafter.h"

namespace edgevlm {

// Knows the reply in advance and gets so many of its tokens right that each is accepted with
// probability `acceptance`, if those before it were. The draft lengths are spread evenly (the
// golden ratio's multiples), so that few steps already have the mean. A real smaller model does the
// work of drafting each token; its output is ignored. Serves one generation.
class KnownDrafter final : public Drafter {
 public:
  // reply: of the measured generation; must outlive it. smaller: null: drafting costs nothing.
  KnownDrafter(const std::vector<int>& reply, double acceptance, const Decoder* smaller);

  std::unique_ptr<DraftMemory> MakeMemory(int positions) const override;
  void Propose(std::span<const DraftRequest> requests, const ThreadGroups& thread_groups) override;
  const PassCosts* costs() const override { return batch_ ? &costs_ : nullptr; }

 private:
  int RightTokens();
  void Read(DraftMemory& memory, int total, const ThreadGroups& thread_groups);

  const std::vector<int>& reply_;
  double acceptance_;
  std::optional<Batch> batch_;  // of the smaller model
  PassCosts costs_;
  int drafts_ = 0;
  std::vector<int> read_;      // by the smaller model in one pass; the token values do not matter
  std::vector<float> logits_;  // [1, V]
};

}  // namespace edgevlm
