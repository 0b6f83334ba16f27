#include "decode/grammar/matcher.h"

#include <algorithm>
#include <utility>

namespace edgevlm {

bool Fits(const Grammar& grammar, std::string_view text) {
  GrammarMatcher matcher(grammar);
  GrammarMatcher::State state = matcher.start();
  for (const char c : text) {
    if (state == GrammarMatcher::kNone) return false;
    state = matcher.Next(state, static_cast<unsigned char>(c));
  }
  return state != GrammarMatcher::kNone && matcher.MayEnd(state);
}

GrammarMatcher::GrammarMatcher(const Grammar& grammar)
    : grammar_(grammar), whole_({{.is_rule = true, .index = 0}}) {
  std::vector<int> tops;
  bool may_end = false;
  StartRound();
  Expand(PositionOf(whole_, 0, kEnd), tops, may_end);
  start_ = StateOf(std::move(tops), may_end);
}

int GrammarMatcher::PositionOf(const Grammar::Sequence& sequence, std::size_t position,
                               int behind) {
  // At a sequence's end, use the stack below it; so stacks do not grow with repetitions.
  if (position == sequence.size()) return behind;
  const auto [entry, is_new] =
      position_ids_.try_emplace({&sequence, position, behind}, static_cast<int>(positions_.size()));
  if (is_new) {
    positions_.push_back({&sequence, position, behind});
    last_visits_.push_back(0);
  }
  return entry->second;
}

// Adds the sets of bytes that can come next at a position.
void GrammarMatcher::Expand(int position, std::vector<int>& tops, bool& may_end) {
  if (position == kEnd) {
    may_end = true;
    return;
  }
  if (std::exchange(last_visits_[static_cast<std::size_t>(position)], round_) == round_) return;
  const Position here = positions_[static_cast<std::size_t>(position)];
  const Grammar::Element element = (*here.sequence)[here.position];
  if (tops.size() == kMaxPositions) return;
  if (!element.is_rule) {
    tops.push_back(position);
    return;
  }
  const int behind = PositionOf(*here.sequence, here.position + 1, here.behind);
  for (const auto& alternative : grammar_.rules[static_cast<std::size_t>(element.index)]) {
    Expand(PositionOf(alternative, 0, behind), tops, may_end);
  }
}

GrammarMatcher::State GrammarMatcher::StateOf(std::vector<int> tops, bool may_end) {
  if (tops.empty() && !may_end) return kNone;
  std::ranges::sort(tops);
  const auto [entry, is_new] =
      state_ids_.try_emplace({tops, may_end}, static_cast<State>(states_.size()));
  if (is_new) {
    bytes_ += sizeof(StateEntry) + 2 * tops.size() * sizeof(int);  // here and in state_ids_
    StateEntry& state = states_.emplace_back();
    state.tops = std::move(tops);
    state.may_end = may_end;
    state.next.fill(kUnknown);
  }
  return entry->second;
}

GrammarMatcher::State GrammarMatcher::KeepOnly(State state) {
  const StateEntry kept = std::move(states_[static_cast<std::size_t>(state)]);
  const std::vector<Position> old = std::exchange(positions_, {});
  position_ids_.clear();
  last_visits_.clear();
  states_.clear();
  state_ids_.clear();
  bytes_ = 0;
  std::vector<char> is_needed(old.size());
  for (const int top : kept.tops) {
    for (int position = top; position != kEnd && is_needed[static_cast<std::size_t>(position)] == 0;
         position = old[static_cast<std::size_t>(position)].behind) {
      is_needed[static_cast<std::size_t>(position)] = 1;
    }
  }
  // The stack below a position was created before it.
  std::vector<int> numbers(old.size(), kEnd);
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (is_needed[i] == 0) continue;
    const int behind =
        old[i].behind == kEnd ? kEnd : numbers[static_cast<std::size_t>(old[i].behind)];
    numbers[i] = PositionOf(*old[i].sequence, old[i].position, behind);
  }
  std::vector<int> tops;
  for (const int top : kept.tops) tops.push_back(numbers[static_cast<std::size_t>(top)]);
  start_ = StateOf(std::move(tops), kept.may_end);
  return start_;
}

GrammarMatcher::State GrammarMatcher::Next(State state, unsigned char byte) {
  const State known = states_[static_cast<std::size_t>(state)].next[byte];
  if (known != kUnknown) return known;
  std::vector<int> tops;
  bool may_end = false;
  StartRound();
  for (const int top : states_[static_cast<std::size_t>(state)].tops) {
    const Position position = positions_[static_cast<std::size_t>(top)];
    const Grammar::Element element = (*position.sequence)[position.position];
    if (!grammar_.sets[static_cast<std::size_t>(element.index)][byte]) continue;
    Expand(PositionOf(*position.sequence, position.position + 1, position.behind), tops, may_end);
  }
  const State next = StateOf(std::move(tops), may_end);
  states_[static_cast<std::size_t>(state)].next[byte] = next;
  return next;
}

}  // namespace edgevlm
