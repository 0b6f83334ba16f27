// GrammarMatcher: tracks how far a text matches a grammar, byte by byte.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "edgevlm/grammar.h"

namespace edgevlm {

// A state is the set of grammar positions that a text may have reached, each with its stack. States
// and transitions are computed on first use and cached: a known transition costs one look-up. Of
// more than kMaxPositions positions, only that many are followed: what matches then still fits the
// grammar. Threads: one at a time.
class GrammarMatcher {
 public:
  using State = int;
  static constexpr State kNone = -1;  // the text does not match
  static constexpr std::size_t kMaxPositions = 4096;

  // The grammar must outlive it.
  explicit GrammarMatcher(const Grammar& grammar);

  State start() const { return start_; }
  // REQUIRES: state is one of this matcher's.
  State Next(State state, unsigned char byte);
  // Whether the text may end in this state.
  bool MayEnd(State state) const { return states_[static_cast<std::size_t>(state)].may_end; }
  // Approximate memory use of all states.
  std::size_t bytes() const { return bytes_; }
  // Drops all states but one, whose number may change.
  State KeepOnly(State state);

  // Whether the text may continue from this state.
  bool MayContinue(State state) const {
    return !states_[static_cast<std::size_t>(state)].tops.empty();
  }

 private:
  // A position in a sequence, and its stack: a linked list, shared where equal.
  struct Position {
    const Grammar::Sequence* sequence;
    std::size_t position;
    int behind;  // a position; kEnd: nothing
  };
  static constexpr int kEnd = -1;
  static constexpr State kUnknown = -2;

  struct StateEntry {
    std::vector<int> tops;  // positions whose element is a set of bytes, increasing
    bool may_end = false;
    std::array<State, 256> next;
  };

  int PositionOf(const Grammar::Sequence& sequence, std::size_t position, int behind);
  void Expand(int position, std::vector<int>& tops, bool& may_end);
  void StartRound() { ++round_; }
  State StateOf(std::vector<int> tops, bool may_end);

  const Grammar& grammar_;
  std::vector<Position> positions_;
  std::map<std::tuple<const Grammar::Sequence*, std::size_t, int>, int> position_ids_;
  std::vector<StateEntry> states_;
  std::size_t bytes_ = 0;
  std::map<std::pair<std::vector<int>, bool>, State> state_ids_;
  Grammar::Sequence whole_;  // rule 0
  State start_ = kNone;
  // For each position, the last round of Expand that visited it: several paths may lead to one.
  std::vector<int> last_visits_;
  int round_ = 0;
};

}  // namespace edgevlm
