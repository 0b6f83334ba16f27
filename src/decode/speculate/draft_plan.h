// How long the drafts of a step should be.
#pragma once

#include <span>

#include "decode/speculate/pass_costs.h"

namespace edgevlm {

// What a generation's drafts were worth: the chance that a drafted token is accepted, if those
// before it were. New results count more than old ones; without any it forgets, back to hope: what
// did not pay is tried again after some hundred steps.
class Acceptance {
 public:
  double probability() const { return probability_; }

  // `accepted` of a draft's tokens were, then one was not, if there was one more.
  void Learn(int accepted, bool one_refused);
  // A step without a draft.
  void Forget();

 private:
  double probability_ = kHope;
  static constexpr double kHope = 0.7;
};

// A generation that may have a draft.
struct DraftBudget {
  double probability = 0;  // Acceptance::chance
  int most = 0;            // tokens
  int planned = 0;         // out
};

// What a step is made of, by rows.
struct StepCosts {
  const PassCosts& whole;                // a pass of the decoder
  const PassCosts* drafting = nullptr;   // one token of a draft; null: costs nothing
  const PassCosts* finishing = nullptr;  // the rest of a pass, for rows that drafting has begun;
                                         // null: it begins none (Draft::begun)
};

// Chooses the lengths that make the most tokens per millisecond (Leviathan et al. 2023, theorem
// 3.8, with measured costs): a draft of k gives (1 - a^(k+1)) / (1 - a) tokens; one of begun rows
// gives (1 - a^k) / (1 - a). The lengths are 0 until a whole pass has been measured.
//   other_rows  of the step, besides one row of each wish
// Cost: O(wishes^2) of a few nanoseconds.
void PlanDrafts(std::span<DraftBudget> budgets, int other_rows, const StepCosts& costs);

}  // namespace edgevlm
