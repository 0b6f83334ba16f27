// Automaton: a set of texts that a deterministic finite automaton over code points accepts.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/schema/code_points.h"

namespace edgevlm {

// State 0 is the start. Where a code point has no edge, the text is not in the set.
struct Automaton {
  struct Edge {
    CodePoints::Interval on;
    int to = 0;
  };
  struct State {
    bool accepts = false;
    std::vector<Edge> edges = {};  // increasing, disjoint
  };
  std::vector<State> states;
};

// Whether a text (UTF-8) is in the set.
bool Accepts(const Automaton& automaton, std::string_view text);

// Whether there is no text in it.
bool IsEmpty(const Automaton& automaton);

// Without the states from which no text is accepted, the start excepted. Whoever walks along the
// edges that are left can always end.
Automaton Trimmed(Automaton automaton);

// What is in both. Nothing where that takes more than so many states.
std::optional<Automaton> Intersection(const Automaton& a, const Automaton& b, int max_states);

// What is not in it.
Automaton Complement(const Automaton& automaton);

// All texts of `least` to `most` code points; at least `least` where `most` is nothing.
// O(least + most) states.
Automaton TextsOfLength(int least, std::optional<int> most);

// The automaton whose states are the keys that can be reached from `start`. edges(key) lists pairs
// of an interval and the key that it leads to; accepts(key) is whether a text may end there.
// Nothing where there are more than max_states.
template <class Key, class Edges, class Ends>
std::optional<Automaton> Explore(Key start, const Edges& edges, const Ends& accepts,
                                 int max_states) {
  std::map<Key, int> numbers = {{start, 0}};
  std::vector<Key> keys = {std::move(start)};
  Automaton automaton;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Automaton::State state = {.accepts = accepts(keys[i])};
    for (auto& [interval, key] : edges(keys[i])) {
      const auto [entry, is_new] = numbers.try_emplace(key, static_cast<int>(keys.size()));
      if (is_new) keys.push_back(key);
      const bool goes_on = !state.edges.empty() && state.edges.back().to == entry->second &&
                           state.edges.back().on.last + 1 == interval.first;
      if (goes_on) {
        state.edges.back().on.last = interval.last;
      } else {
        state.edges.push_back({interval, entry->second});
      }
    }
    if (std::ssize(keys) > max_states) return std::nullopt;
    automaton.states.push_back(std::move(state));
  }
  return Trimmed(std::move(automaton));
}

}  // namespace edgevlm
