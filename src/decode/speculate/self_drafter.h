// SelfDrafter: drafts with the decoder's own first blocks.
#pragma once

#include <vector>

#include "decode/speculate/drafter.h"
#include "model/decoder.h"

namespace edgevlm {

// Self-speculation of LayerSkip (Elhoushi et al. 2024): the first `blocks` blocks and the output
// matrix make a draft, whose keys and values stay in the cache; verification continues from its
// rows with the other blocks. For models with trained exits.
class SelfDrafter final : public Drafter {
 public:
  // REQUIRES: 0 < blocks < decoder.shape().blocks. The decoder must outlive it.
  SelfDrafter(const Decoder& decoder, int blocks);

  std::unique_ptr<DraftMemory> MakeMemory(int positions) const override;
  void Propose(std::span<const DraftRequest> requests, const ThreadGroups& thread_groups) override;
  const PassCosts* costs() const override { return &costs_; }
  bool begins_rows() const override { return true; }

 private:
  void DraftNext(const ThreadGroups& thread_groups);

  const Decoder* decoder_;
  int blocks_;
  Workspace workspace_;
  PassCosts costs_;
  std::vector<DraftRequest> drafting_;  // that want another token
  std::vector<TokenSpan> spans_;        // theirs
};

}  // namespace edgevlm
