// BatchDecoder: the step loop over any number of generations. One pass of the decoder serves them
// all.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "decode/batch.h"
#include "decode/generation.h"
#include "decode/speculate/drafter.h"
#include "decode/thread_groups.h"

namespace edgevlm {

// Streams join and leave between any two steps; what each of them says does not depend on the
// others, nor on how its prompt is cut. Threads: one at a time. Decoder and plan must outlive it.
class BatchDecoder {
 public:
  // exits: where the tokens of replies may be taken early; null: nowhere.
  explicit BatchDecoder(const Decoder& decoder, const ExitPlan* exits = nullptr)
      : batch_(decoder, exits) {}
  // One that drafts for generations that have a Speculation.
  //   draft_tokens  of each draft, at most Draft::kMostTokens; 0: as many as pay (PlanDrafts)
  BatchDecoder(const Decoder& decoder, std::unique_ptr<Drafter> drafter, int draft_tokens);

  // One step of every generation that is not finished.
  //   prompt_rows  at most so many rows of all prompts together, those of the first generations
  //   first:
  //                the others go on speaking meanwhile. At least 1.
  // If it is over (Run::is_over) all these generations are: only Cancel may follow.
  // REQUIRES: the generations are of this stepper's decoder, each given once. Cost: reads all
  // weights once. Allocates only when this is the largest step yet.
  void Step(std::span<Generation* const> generations, int prompt_rows,
            const ThreadGroups& thread_groups);

  // Null: none.
  const Drafter* drafter() const { return drafter_.get(); }

  // For passes outside of steps; empty between them.
  Batch& batch() { return batch_; }

 private:
  // A generation's part of a step.
  struct StepPart {
    Generation* generation;
    int logits_rows;
  };

  void Propose(std::span<Generation* const> generations, int prompt_rows,
               const ThreadGroups& thread_groups);
  void Plan(std::span<Generation* const> generations, int prompt_rows);
  int Gather(std::span<Generation* const> generations, int prompt_rows);
  PassCosts* CostsOfStep(int prompt_rows);
  View<float> LogitsOf(int rows);

  Batch batch_;
  std::unique_ptr<Drafter> drafter_;  // null: none
  int draft_tokens_ = 0;
  PassCosts whole_costs_;      // of steps in which no prompt is read
  PassCosts finishing_costs_;  // the same, when all rows were begun by drafts
  unsigned steps_ = 0;         // with generations that could draft
  std::vector<Generation*> drafting_;
  std::vector<DraftBudget> budgets_;  // theirs
  std::vector<DraftRequest> requests_;
  std::vector<StepPart> parts_;
  std::vector<float> logits_;  // [R, V] of the largest step yet
};

}  // namespace edgevlm
