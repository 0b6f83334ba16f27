// ModelDrafter: a smaller model with the same vocabulary says what the larger one will.
#pragma once

#include "decode/batch.h"
#include "decode/speculate/drafter.h"

namespace edgevlm {

// Leviathan, Kalman and Matias 2023. The smaller model reads the text alone, at positions of its
// own: it never sees an image (Gagrani et al. 2024). It draws as the generation's options say.
class ModelDrafter final : public Drafter {
 public:
  // Rows of a prompt that it reads in one step, so that nobody waits for it; it drafts when it has
  // read all.
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
  std::vector<DraftRequest> drafting_;  // that want a token more
};

}  // namespace edgevlm
