// Automaton: a set of texts that a deterministic finite automaton over code points accepts.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/schema/code_points.h"

namespace edgevlm {

// State 0 is the start state. A code point without an edge rejects the text.
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

// Whether it accepts no text.
bool IsEmpty(const Automaton& automaton);

// Without the states from which no accepting state is reachable, the start state excepted. From all
// that remain a text can be completed.
Automaton Trimmed(Automaton automaton);

// The intersection of both sets. Nothing if it needs more than max_states states.
std::optional<Automaton> Intersection(const Automaton& a, const Automaton& b, int max_states);

// The complement of the set.
Automaton Complement(const Automaton& automaton);

// All texts of `min` to `max` code points, without an upper limit if `max` is empty.
// O(least + most) states.
Automaton TextsOfLength(int min, std::optional<int> max);

// The automaton whose states are the keys reachable from `start`. edges(key) lists pairs of an
// interval and the key that it leads to; accepts(key) is whether the state accepts. Nothing if
// there are more than max_states.
template <class Key, class Edges, class Accepting>
std::optional<Automaton> Explore(Key start, const Edges& edges, const Accepting& accepts,
                                 int max_states) {
  std::map<Key, int> numbers = {{start, 0}};
  std::vector<Key> keys = {std::move(start)};
  Automaton automaton;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Automaton::State state = {.accepts = accepts(keys[i])};
    for (auto& [interval, key] : edges(keys[i])) {
      const auto [entry, is_new] = numbers.try_emplace(key, static_cast<int>(keys.size()));
      if (is_new) keys.push_back(key);
      const bool is_adjacent = !state.edges.empty() && state.edges.back().to == entry->second &&
                               state.edges.back().on.last + 1 == interval.first;
      if (is_adjacent) {
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
