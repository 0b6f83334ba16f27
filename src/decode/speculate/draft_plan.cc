#include "decode/speculate/draft_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "decode/speculate/draft.h"

namespace edgevlm {
namespace {

// How much one drafted token counts against those before it.
constexpr double kNewestTokenWeight = 0.1;
// How much of what was learnt a step without a draft forgets.
constexpr double kForget = 1.0 / 256;
// A draft whose price is not known yet.
constexpr int kFirstTokens = 2;
// A chance of 1 would never end a draft.
constexpr double kMostChance = 0.98;

// Lengthens drafts, the likeliest to be of use first, and knows what the step is then worth.
class Planner {
 public:
  Planner(std::span<DraftWish> wishes, int other_rows, const StepCosts& costs)
      : wishes_(wishes), costs_(costs), plain_rows_(other_rows + static_cast<int>(wishes.size())) {
    for (DraftWish& wish : wishes_) wish.planned = 0;
  }

  // False: all have what they may.
  bool Lengthen() {
    DraftWish* const wish = Neediest();
    if (wish == nullptr) return false;
    if (wish->planned == 0 && costs_.finishing != nullptr) {
      Add(*wish);  // the first begun row is the one that all steps have
      --plain_rows_;
    }
    tokens_ += UseOfNext(*wish);
    Add(*wish);
    return true;
  }

  // Tokens per millisecond.
  double Rate() const {
    const double tokens = static_cast<double>(wishes_.size()) + tokens_;
    if (costs_.finishing == nullptr) {
      return tokens / (drafting_ms_ + costs_.whole.Milliseconds(plain_rows_ + draft_rows_));
    }
    if (draft_rows_ == 0) return tokens / costs_.whole.Milliseconds(plain_rows_);
    return tokens / (drafting_ms_ + costs_.drafting->Milliseconds(plain_rows_) +
                     costs_.finishing->Milliseconds(plain_rows_ + draft_rows_));
  }

 private:
  // The chance that the next token of a draft adds one to the text.
  double UseOfNext(const DraftWish& wish) const {
    const int before = costs_.finishing == nullptr ? wish.planned : std::max(wish.planned - 1, 0);
    return std::pow(wish.chance, before + 1);
  }

  DraftWish* Neediest() {
    const int room = costs_.finishing == nullptr ? 1 : 2;
    DraftWish* neediest = nullptr;
    double best = 0;
    for (DraftWish& wish : wishes_) {
      const bool fits = wish.planned + (wish.planned == 0 ? room : 1) <= wish.most;
      const double use = UseOfNext(wish);
      if (!fits || use <= best) continue;
      best = use;
      neediest = &wish;
    }
    return neediest;
  }

  void Add(DraftWish& wish) {
    ++draft_rows_;
    int& with_it = streams_[static_cast<std::size_t>(wish.planned++)];
    if (costs_.drafting != nullptr) {
      drafting_ms_ +=
          costs_.drafting->Milliseconds(with_it + 1) - costs_.drafting->Milliseconds(with_it);
    }
    ++with_it;
  }

  std::span<DraftWish> wishes_;
  const StepCosts& costs_;
  int plain_rows_;
  int draft_rows_ = 0;
  double tokens_ = 0;       // that the drafts add
  double drafting_ms_ = 0;  // one after the other, for all streams at once
  std::array<int, Draft::kMostTokens> streams_ = {};  // whose draft has a token in this place
};

bool AreKnown(const StepCosts& costs) {
  return (costs.drafting == nullptr || costs.drafting->known()) &&
         (costs.finishing == nullptr || costs.finishing->known());
}

}  // namespace

void Acceptance::Learn(int accepted, bool one_refused) {
  for (int i = 0; i < accepted; ++i) chance_ += kNewestTokenWeight * (kMostChance - chance_);
  if (one_refused) chance_ -= kNewestTokenWeight * chance_;
}

void Acceptance::Forget() { chance_ += kForget * (kHope - chance_); }

// Lengthens again and again, and remembers after how many times the step was worth the most: a pass
// of a few rows more may cost nothing, or as much as two passes.
void PlanDrafts(std::span<DraftWish> wishes, int other_rows, const StepCosts& costs) {
  for (DraftWish& wish : wishes) wish.planned = 0;
  if (!costs.whole.known()) return;
  if (!AreKnown(costs)) {
    for (DraftWish& wish : wishes) wish.planned = std::min(wish.most, kFirstTokens);
    return;
  }
  Planner trial(wishes, other_rows, costs);
  double best = trial.Rate();
  int best_times = 0;
  for (int times = 1; trial.Lengthen(); ++times) {
    if (trial.Rate() <= best) continue;
    best = trial.Rate();
    best_times = times;
  }
  Planner plan(wishes, other_rows, costs);
  for (int times = 0; times < best_times; ++times) plan.Lengthen();
}

}  // namespace edgevlm
