// GrammarMatcher: how far a text fits a grammar, byte by byte.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "edgevlm/grammar.h"

namespace edgevlm {

// A state is the set of all places in the grammar where a text may stand, each with what is to
// follow it. States and the ways between them are found when they are first needed and kept: a
// byte that was seen before costs one look-up. Where a text may stand at more than kMaxPlaces
// places at once, only so many are followed: what fits then still fits the grammar. Threads: one at
// a time.
class GrammarMatcher {
 public:
  using State = int;
  static constexpr State kNone = -1;  // the text does not fit
  static constexpr std::size_t kMaxPositions = 4096;

  // The grammar must outlive it.
  explicit GrammarMatcher(const Grammar& grammar);

  State start() const { return start_; }
  // REQUIRES: state is one of this matcher's.
  State Next(State state, unsigned char byte);
  // Whether the text may end here.
  bool MayEnd(State state) const { return states_[static_cast<std::size_t>(state)].may_end; }
  // About what all states together take.
  std::size_t bytes() const { return bytes_; }
  // Forgets all states but one, which may have another number then.
  State KeepOnly(State state);

  // Whether it can go on from here.
  bool MayGoOn(State state) const { return !states_[static_cast<std::size_t>(state)].tops.empty(); }

 private:
  // A place in a sequence, and what is behind it: a stack as a linked list, shared where equal.
  struct Position {
    const Grammar::Sequence* sequence;
    std::size_t position;
    int behind;  // a place; kEnd: nothing
  };
  static constexpr int kEnd = -1;
  static constexpr State kUnknown = -2;

  struct StateEntry {
    std::vector<int> tops;  // places whose element is a set of bytes, increasing
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
  // Places seen in this round of Expand: several ways may lead to one.
  std::vector<int> seen_in_round_;
  int round_ = 0;
};

}  // namespace edgevlm
