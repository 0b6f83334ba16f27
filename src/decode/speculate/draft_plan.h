// How long the drafts of a step should be.
#pragma once

#include <span>

#include "decode/speculate/pass_costs.h"

namespace edgevlm {

// What a stream's drafts were worth: the chance that a drafted token is accepted, if those before
// it were. New results count more than old ones; without any it forgets, back to hope: what did not
// pay is tried again after some hundred steps.
class Acceptance {
 public:
  double chance() const { return chance_; }

  // `accepted` of a draft's tokens were, then one was not, if there was one more.
  void Learn(int accepted, bool one_refused);
  // A step without a draft.
  void Forget();

 private:
  double chance_ = kHope;
  static constexpr double kHope = 0.7;
};

// A stream that may have a draft.
struct DraftWish {
  double chance = 0;  // Acceptance::chance
  int most = 0;       // tokens
  int planned = 0;    // out
};

// Chooses the lengths that make the most tokens per millisecond (Leviathan et al. 2023, theorem
// 3.8, with measured costs): a draft of k gives (1 - a^(k+1)) / (1 - a) tokens.
//   other_rows  of the step, besides one row of each wish
//   drafting    of one token for so many streams; null: nothing
// Cost: O(wishes^2) of a few nanoseconds.
void PlanDrafts(std::span<DraftWish> wishes, int other_rows, const PassCosts& target,
                const PassCosts* drafting);

}  // namespace edgevlm
