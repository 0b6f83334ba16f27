#include "decode/speculate/draft_plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "decode/speculate/draft.h"

namespace edgevlm {
namespace {

// How much one drafted token counts against those before it.
constexpr double kNew = 0.1;
// How much of what was learnt a step without a draft forgets.
constexpr double kForget = 1.0 / 256;
// A draft whose price is not known yet.
constexpr int kFirstTokens = 2;
// A chance of 1 would never end a draft.
constexpr double kMostChance = 0.98;

// The wish for which one more token is the likeliest to be of use; null: all have what they may.
DraftWish* Neediest(std::span<DraftWish> wishes) {
  DraftWish* neediest = nullptr;
  double best = 0;
  for (DraftWish& wish : wishes) {
    const double use = std::pow(wish.chance, wish.planned + 1);
    if (wish.planned < wish.most && use > best) {
      best = use;
      neediest = &wish;
    }
  }
  return neediest;
}

}  // namespace

void Acceptance::Learn(int accepted, bool one_refused) {
  for (int i = 0; i < accepted; ++i) chance_ += kNew * (kMostChance - chance_);
  if (one_refused) chance_ -= kNew * chance_;
}

void Acceptance::Forget() { chance_ += kForget * (kHope - chance_); }

// Lengthens the draft that is the likeliest to be of use, again and again, and remembers after how
// many such additions the step was worth the most: a pass of a few rows more may cost nothing, or
// as much as two passes.
void PlanDrafts(std::span<DraftWish> wishes, int other_rows, const PassCosts& target,
                const PassCosts* drafting) {
  for (DraftWish& wish : wishes) wish.planned = 0;
  if (!target.known()) return;
  if (drafting != nullptr && !drafting->known()) {
    for (DraftWish& wish : wishes) wish.planned = std::min(wish.most, kFirstTokens);
    return;
  }
  std::array<int, Draft::kMostTokens + 1> streams = {};  // with a draft of at least so many tokens
  int rows = other_rows + static_cast<int>(wishes.size());
  double tokens = static_cast<double>(wishes.size());
  double drafting_ms = 0;
  double best = tokens / target.Milliseconds(rows);
  int best_rows = rows;
  const int first_rows = rows;
  for (DraftWish* wish = Neediest(wishes); wish != nullptr; wish = Neediest(wishes)) {
    ++wish->planned;
    tokens += std::pow(wish->chance, wish->planned);
    ++rows;
    if (drafting != nullptr) {
      int& with_it = streams[static_cast<std::size_t>(wish->planned)];
      drafting_ms += drafting->Milliseconds(with_it + 1) - drafting->Milliseconds(with_it);
      ++with_it;
    }
    const double rate = tokens / (drafting_ms + target.Milliseconds(rows));
    if (rate > best) {
      best = rate;
      best_rows = rows;
    }
  }
  // The same additions again, as far as they were worth it.
  for (DraftWish& wish : wishes) wish.planned = 0;
  for (rows = first_rows; rows < best_rows; ++rows) ++Neediest(wishes)->planned;
}

}  // namespace edgevlm
