// BatchDecoder: the decoding loop for any number of generations, with one decoder pass per step.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "decode/batch.h"
#include "decode/generation.h"
#include "decode/speculate/drafter.h"
#include "decode/thread_groups.h"

namespace edgevlm {

// Generations may join and leave between steps (continuous batching). The text of a generation does
// not depend on the others, nor on how its prompt is chunked. Threads: one at a time. Decoder and
// plan must outlive it.
class BatchDecoder {
 public:
  // exits: where the tokens of replies may exit early; null: nowhere.
  explicit BatchDecoder(const Decoder& decoder, const ExitPlan* exits = nullptr)
      : batch_(decoder, exits) {}
  // With a drafter, for generations that have a Speculation.
  //   draft_tokens  of each draft, at most Draft::kMaxTokens; 0: as many as pay off (PlanDrafts)
  BatchDecoder(const Decoder& decoder, std::unique_ptr<Drafter> drafter, int draft_tokens);

  // One step of every generation that is not finished.
  //   max_prompt_rows  limits the rows of all prompts together, first generations first, so that
  //                    the others keep generating. At least 1. A bidirectional input is not cut
  //                    and may exceed it.
  // After an abort (Run::is_over) only Cancel may be called on these generations.
  // REQUIRES: the generations use this decoder, each is given once. Cost: reads all weights once.
  // Allocates only when this is the largest step yet.
  void Step(std::span<Generation* const> generations, int max_prompt_rows,
            const ThreadGroups& thread_groups);

  // Null if there is none.
  const Drafter* drafter() const { return drafter_.get(); }

  // For passes outside of steps; empty between steps.
  Batch& batch() { return batch_; }

 private:
  // A generation's part of a step.
  struct StepPart {
    Generation* generation;
    int logits_rows;
  };

  void Propose(std::span<Generation* const> generations, int max_prompt_rows,
               const ThreadGroups& thread_groups);
  void Plan(std::span<Generation* const> generations, int max_prompt_rows);
  int Gather(std::span<Generation* const> generations, int max_prompt_rows);
  PassCosts* CostsOfStep(int prompt_rows);
  View<float> LogitsOf(int rows);  // [rows, V]

  Batch batch_;
  std::unique_ptr<Drafter> drafter_;  // null: none
  int draft_tokens_ = 0;
  PassCosts whole_costs_;      // of steps without prompt rows
  PassCosts finishing_costs_;  // the same, when drafting computed the first blocks of all rows
  unsigned steps_ = 0;         // with generations that could draft
  std::vector<Generation*> drafting_;
  std::vector<DraftBudget> budgets_;  // of drafting_
  std::vector<DraftRequest> requests_;
  std::vector<StepPart> parts_;
  std::vector<float> logits_;  // [R, V] of the largest step yet
};

}  // namespace edgevlm
