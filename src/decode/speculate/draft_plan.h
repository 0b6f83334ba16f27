// Chooses the draft lengths of a step.
#pragma once

#include <span>

#include "decode/speculate/pass_costs.h"

namespace edgevlm {

// Estimates the acceptance rate of a generation's drafts: the probability that a drafted token is
// accepted, if those before it were. Recent results count more; without any, the estimate decays to
// a high prior, so that drafting is tried again after some hundred steps.
class Acceptance {
 public:
  double probability() const { return probability_; }

  // `accepted` of a draft's tokens were accepted; one_refused: the next was rejected.
  void Learn(int accepted, bool one_refused);
  // For a step without a draft.
  void Forget();

 private:
  double probability_ = kHope;
  static constexpr double kHope = 0.7;
};

// The draft of one generation: its limit and, as output, its planned length.
struct DraftBudget {
  double probability = 0;  // Acceptance::probability
  int max_tokens = 0;      // tokens
  int planned = 0;         // tokens, output
};

// The costs of a step's parts, by rows.
struct StepCosts {
  const PassCosts& whole;                // a pass of the decoder
  const PassCosts* drafting = nullptr;   // one token of a draft; null: costs nothing
  const PassCosts* finishing = nullptr;  // the rest of a pass, for rows that drafting computed
                                         // partially; null: it computes none (Draft::partial)
};

// Chooses the lengths that maximize tokens per millisecond (Leviathan et al. 2023, theorem 3.8,
// with measured costs): a draft of k gives (1 - a^(k+1)) / (1 - a) tokens; one of partially
// computed rows gives (1 - a^k) / (1 - a). The lengths are 0 until a whole pass has been measured.
//   other_rows  of the step, besides one row per budget
// Cost: O(budgets^2), a few nanoseconds each.
void PlanDrafts(std::span<DraftBudget> budgets, int other_rows, const StepCosts& costs);

}  // namespace edgevlm
