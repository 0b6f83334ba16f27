// ModelDrafter: drafts with a smaller model that has the same vocabulary.
#pragma once

#include "decode/batch.h"
#include "decode/speculate/drafter.h"

namespace edgevlm {

// Leviathan, Kalman and Matias 2023. The smaller model gets the text only, at positions of its own,
// without images (Gagrani et al. 2024). It samples with the generation's options.
class ModelDrafter final : public Drafter {
 public:
  // Prompt rows per step, so that its prefill delays no other generation; it drafts once its
  // prefill is done.
  static constexpr int kPromptRows = Batch::kChunkRows;

  // The decoder must outlive it.
  explicit ModelDrafter(const Decoder& decoder) : batch_(decoder) {}

  std::unique_ptr<DraftMemory> MakeMemory(int positions) const override;
  void Propose(std::span<const DraftRequest> requests, const ThreadGroups& thread_groups) override;
  const PassCosts* costs() const override { return &costs_; }

 private:
  void DraftNext(const ThreadGroups& thread_groups);

  Batch batch_;
  PassCosts costs_;
  std::vector<float> logits_;           // [R, V]
  std::vector<DraftRequest> drafting_;  // that want another token
};

}  // namespace edgevlm
