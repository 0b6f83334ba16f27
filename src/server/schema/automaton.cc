#include "server/schema/automaton.h"

#include <algorithm>

namespace edgevlm {
namespace {

// The states from which an accepting state is reachable, found by following edges backwards.
std::vector<char> LiveStates(const Automaton& automaton) {
  std::vector<std::vector<std::size_t>> sources(automaton.states.size());
  std::vector<char> is_live(automaton.states.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < automaton.states.size(); ++i) {
    for (const Automaton::Edge& edge : automaton.states[i].edges) {
      sources[static_cast<std::size_t>(edge.to)].push_back(i);
    }
    if (automaton.states[i].accepts) open.push_back(i);
    is_live[i] = automaton.states[i].accepts ? 1 : 0;
  }
  while (!open.empty()) {
    const std::size_t state = open.back();
    open.pop_back();
    for (const std::size_t source : sources[state]) {
      if (std::exchange(is_live[source], char{1}) == 0) open.push_back(source);
    }
  }
  return is_live;
}

}  // namespace

bool Accepts(const Automaton& automaton, std::string_view text) {
  const Automaton::State* state = automaton.states.data();
  for (const char32_t c : ToCodePoints(text)) {
    const auto edge = std::ranges::find_if(state->edges, [c](const Automaton::Edge& candidate) {
      return candidate.on.first <= c && c <= candidate.on.last;
    });
    if (edge == state->edges.end()) return false;
    state = &automaton.states[static_cast<std::size_t>(edge->to)];
  }
  return state->accepts;
}

bool IsEmpty(const Automaton& automaton) { return LiveStates(automaton).front() == 0; }

Automaton Trimmed(Automaton automaton) {
  const std::vector<char> is_live = LiveStates(automaton);
  std::vector<int> numbers(automaton.states.size());
  Automaton trimmed;
  for (std::size_t i = 0; i < automaton.states.size(); ++i) {
    if (i > 0 && is_live[i] == 0) continue;
    numbers[i] = static_cast<int>(trimmed.states.size());
    std::erase_if(automaton.states[i].edges, [&](const Automaton::Edge& edge) {
      return is_live[static_cast<std::size_t>(edge.to)] == 0;
    });
    trimmed.states.push_back(std::move(automaton.states[i]));
  }
  for (Automaton::State& state : trimmed.states) {
    for (Automaton::Edge& edge : state.edges) edge.to = numbers[static_cast<std::size_t>(edge.to)];
  }
  return trimmed;
}

std::optional<Automaton> Intersection(const Automaton& a, const Automaton& b, int max_states) {
  using Pair = std::pair<int, int>;
  const auto state_of = [](const Automaton& automaton, int number) -> const Automaton::State& {
    return automaton.states[static_cast<std::size_t>(number)];
  };
  const auto edges = [&](const Pair& pair) {
    std::vector<std::pair<CodePoints::Interval, Pair>> both;
    const auto& first = state_of(a, pair.first).edges;
    const auto& second = state_of(b, pair.second).edges;
    for (std::size_t i = 0, j = 0; i < first.size() && j < second.size();) {
      const CodePoints::Interval cut = {std::max(first[i].on.first, second[j].on.first),
                                        std::min(first[i].on.last, second[j].on.last)};
      if (cut.first <= cut.last) both.push_back({cut, {first[i].to, second[j].to}});
      if (first[i].on.last < second[j].on.last) {
        ++i;
      } else {
        ++j;
      }
    }
    return both;
  };
  const auto accepts = [&](const Pair& pair) {
    return state_of(a, pair.first).accepts && state_of(b, pair.second).accepts;
  };
  return Explore(Pair{0, 0}, edges, accepts, max_states);
}

Automaton Complement(const Automaton& automaton) {
  Automaton complement = automaton;
  const int other =
      static_cast<int>(automaton.states.size());  // for texts that `automaton` rejects early
  complement.states.emplace_back();
  for (Automaton::State& state : complement.states) {
    state.accepts = !state.accepts;
    std::vector<CodePoints::Interval> covered;
    for (const Automaton::Edge& edge : state.edges) covered.push_back(edge.on);
    const CodePoints gaps = CodePoints(std::move(covered)).Complement();
    for (const CodePoints::Interval& gap : gaps.intervals()) {
      state.edges.push_back({gap, other});
    }
    std::ranges::sort(state.edges, {}, [](const Automaton::Edge& edge) { return edge.on; });
  }
  return Trimmed(std::move(complement));
}

Automaton TextsOfLength(int min, std::optional<int> max) {
  Automaton automaton;
  const int last = max.value_or(min);
  const CodePoints all = CodePoints::All();
  for (int length = 0; length <= last; ++length) {
    Automaton::State state = {.accepts = length >= min};
    const bool may_continue = length < last || !max;
    for (const CodePoints::Interval& interval : all.intervals()) {
      if (may_continue) state.edges.push_back({interval, std::min(length + 1, last)});
    }
    automaton.states.push_back(std::move(state));
  }
  return automaton;
}

}  // namespace edgevlm
