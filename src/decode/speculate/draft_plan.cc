#include "decode/speculate/draft_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "decode/speculate/draft.h"

namespace edgevlm {
namespace {

// The weight of the newest drafted token in the moving average.
constexpr double kNewestTokenWeight = 0.1;
// How far a step without a draft moves the estimate back to the prior.
constexpr double kForget = 1.0 / 256;
// Length of a draft whose cost is not known yet.
constexpr int kFirstTokens = 2;
// A probability of 1 would never end a draft.
constexpr double kMaxProbability = 0.98;

// Lengthens drafts greedily by expected gain and computes the step's resulting rate.
class Planner {
 public:
  Planner(std::span<DraftBudget> budgets, int other_rows, const StepCosts& costs)
      : budgets_(budgets),
        costs_(costs),
        plain_rows_(other_rows + static_cast<int>(budgets.size())) {
    for (DraftBudget& budget : budgets_) budget.planned = 0;
  }

  // False: all drafts are at their limits.
  bool Lengthen() {
    DraftBudget* const budget = Neediest();
    if (budget == nullptr) return false;
    if (budget->planned == 0 && costs_.finishing != nullptr) {
      Add(*budget);  // the first partial row replaces the row that all steps have
      --plain_rows_;
    }
    tokens_ += UseOfNext(*budget);
    Add(*budget);
    return true;
  }

  // Tokens per millisecond.
  double Rate() const {
    const double tokens = static_cast<double>(budgets_.size()) + tokens_;
    if (costs_.finishing == nullptr) {
      return tokens / (drafting_ms_ + costs_.whole.Milliseconds(plain_rows_ + draft_rows_));
    }
    if (draft_rows_ == 0) return tokens / costs_.whole.Milliseconds(plain_rows_);
    return tokens / (drafting_ms_ + costs_.drafting->Milliseconds(plain_rows_) +
                     costs_.finishing->Milliseconds(plain_rows_ + draft_rows_));
  }

 private:
  // The probability that the next token of a draft adds one to the text.
  double UseOfNext(const DraftBudget& budget) const {
    const int before =
        costs_.finishing == nullptr ? budget.planned : std::max(budget.planned - 1, 0);
    return std::pow(budget.probability, before + 1);
  }

  DraftBudget* Neediest() {
    const int remaining = costs_.finishing == nullptr ? 1 : 2;
    DraftBudget* neediest = nullptr;
    double best = 0;
    for (DraftBudget& budget : budgets_) {
      const bool fits = budget.planned + (budget.planned == 0 ? remaining : 1) <= budget.max_tokens;
      const double use = UseOfNext(budget);
      if (!fits || use <= best) continue;
      best = use;
      neediest = &budget;
    }
    return neediest;
  }

  void Add(DraftBudget& budget) {
    ++draft_rows_;
    int& with_it = generations_[static_cast<std::size_t>(budget.planned++)];
    if (costs_.drafting != nullptr) {
      drafting_ms_ +=
          costs_.drafting->Milliseconds(with_it + 1) - costs_.drafting->Milliseconds(with_it);
    }
    ++with_it;
  }

  std::span<DraftBudget> budgets_;
  const StepCosts& costs_;
  int plain_rows_;
  int draft_rows_ = 0;
  double tokens_ = 0;       // expected gain of the drafts
  double drafting_ms_ = 0;  // sequential passes, for all generations at once
  std::array<int, Draft::kMaxTokens> generations_ = {};  // whose draft has a token at this index
};

bool AreKnown(const StepCosts& costs) {
  return (costs.drafting == nullptr || costs.drafting->known()) &&
         (costs.finishing == nullptr || costs.finishing->known());
}

}  // namespace

void Acceptance::Learn(int accepted, bool one_refused) {
  for (int i = 0; i < accepted; ++i) {
    probability_ += kNewestTokenWeight * (kMaxProbability - probability_);
  }
  if (one_refused) probability_ -= kNewestTokenWeight * probability_;
}

void Acceptance::Forget() { probability_ += kForget * (kHope - probability_); }

// Lengthens repeatedly and remembers the length with the highest rate: a pass of a few rows more
// may cost nothing, or as much as two passes.
void PlanDrafts(std::span<DraftBudget> budgets, int other_rows, const StepCosts& costs) {
  for (DraftBudget& budget : budgets) budget.planned = 0;
  if (!costs.whole.known()) return;
  if (!AreKnown(costs)) {
    for (DraftBudget& budget : budgets) budget.planned = std::min(budget.max_tokens, kFirstTokens);
    return;
  }
  Planner trial(budgets, other_rows, costs);
  double best = trial.Rate();
  int best_times = 0;
  for (int times = 1; trial.Lengthen(); ++times) {
    if (trial.Rate() <= best) continue;
    best = trial.Rate();
    best_times = times;
  }
  Planner plan(budgets, other_rows, costs);
  for (int times = 0; times < best_times; ++times) plan.Lengthen();
}

}  // namespace edgevlm
