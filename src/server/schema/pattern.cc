#include "server/schema/pattern.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "server/schema/pattern_syntax.h"

namespace edgevlm {
namespace {

using PatternKind = PatternNode::Kind;

// Steps of the subset construction: one for each state of each set that is walked through.
constexpr std::int64_t kMaxPatternSteps = 2'000'000;

// A nondeterministic automaton, being made.
class PatternNfa {
 public:
  enum class When { kAlways, kAtBegin, kAtEnd };
  struct Jump {
    int to;
    When when;
  };
  struct State {
    std::vector<Jump> jumps = {};  // without reading anything
    std::vector<Automaton::Edge> edges = {};
  };

  bool is_too_large() const { return std::ssize(states_) > kMaxPatternStates; }
  const std::vector<State>& states() const { return states_; }

  int AddState() {
    states_.emplace_back();
    return static_cast<int>(states_.size()) - 1;
  }
  void AddJump(int from, int to, When when = When::kAlways) {
    At(from).jumps.push_back({to, when});
  }
  void AddEdges(int from, const CodePoints& set, int to) {
    for (const CodePoints::Interval& interval : set.intervals()) {
      At(from).edges.push_back({interval, to});
    }
  }

  // Each gives the state behind what is read from `from` on. Once it is too large, any.
  int Add(const PatternNode& node, int from);
  int AddAnything(int from);
  int AddAutomaton(const Automaton& automaton, int from);

 private:
  State& At(int state) { return states_[static_cast<std::size_t>(state)]; }
  int AddRepeat(const PatternNode& repeat, int from);

  std::vector<State> states_;
};

int PatternNfa::Add(const PatternNode& node, int from) {
  if (is_too_large()) return from;
  switch (node.kind) {
    case PatternKind::kSequence:
      for (const PatternNode& child : node.children) from = Add(child, from);
      return from;
    case PatternKind::kRepeat:
      return AddRepeat(node, from);
    default:
      break;
  }
  const int to = AddState();
  if (node.kind == PatternKind::kSet) AddEdges(from, node.set, to);
  if (node.kind == PatternKind::kBegin) AddJump(from, to, When::kAtBegin);
  if (node.kind == PatternKind::kEnd) AddJump(from, to, When::kAtEnd);
  if (node.kind == PatternKind::kChoice) {
    for (const PatternNode& branch : node.children) {
      const int begin = AddState();
      AddJump(from, begin);
      AddJump(Add(branch, begin), to);
    }
  }
  return to;
}

int PatternNfa::AddRepeat(const PatternNode& repeat, int from) {
  const PatternNode& child = repeat.children.front();
  // A state for each time, though the child may be empty: so that there is an end to it.
  for (int i = 0; i < repeat.least && !is_too_large(); ++i) {
    const int begin = AddState();
    AddJump(from, begin);
    from = Add(child, begin);
  }
  if (!repeat.most) {
    const int begin = AddState();
    AddJump(from, begin);
    AddJump(Add(child, begin), begin);
    return begin;
  }
  const int to = AddState();
  for (int i = repeat.least; i < *repeat.most && !is_too_large(); ++i) {
    AddJump(from, to);
    const int begin = AddState();
    AddJump(from, begin);
    from = Add(child, begin);
  }
  AddJump(from, to);
  return to;
}

int PatternNfa::AddAnything(int from) {
  const int loop = AddState();
  AddJump(from, loop);
  AddEdges(loop, CodePoints::All(), loop);
  return loop;
}

int PatternNfa::AddAutomaton(const Automaton& automaton, int from) {
  const int base = static_cast<int>(states_.size());
  const int to = base + static_cast<int>(automaton.states.size());
  for (int i = base; i <= to; ++i) AddState();
  AddJump(from, base);
  for (int i = base; i < to; ++i) {
    const Automaton::State& state = automaton.states[static_cast<std::size_t>(i - base)];
    for (const Automaton::Edge& edge : state.edges) {
      At(i).edges.push_back({edge.on, base + edge.to});
    }
    if (state.accepts) AddJump(i, to, When::kAtEnd);
  }
  return to;
}

// Makes a deterministic automaton of it: each state is a set of states.
class SubsetConstruction {
 public:
  // From state 0 to `end`. goes_on: whether anything may follow there.
  SubsetConstruction(const PatternNfa& nfa, int end, bool goes_on)
      : nfa_(nfa), end_(end), goes_on_(goes_on) {
    std::set<char32_t> begins;
    for (const PatternNfa::State& state : nfa_.states()) {
      for (const Automaton::Edge& edge : state.edges) {
        begins.insert(edge.on.first);
        begins.insert(edge.on.last + 1);
      }
    }
    cuts_.assign(begins.begin(), begins.end());
  }

  // is_begin: whether state 0 is where the whole text begins.
  std::optional<Automaton> Run(bool is_begin) {
    const auto edges = [this](const States& states) { return EdgesOf(states); };
    const auto accepts = [this](const States& states) {
      return std::ranges::binary_search(
          Closure(states, [](PatternNfa::When when) { return when != PatternNfa::When::kAtBegin; }),
          end_);
    };
    States start = Closure({0}, [is_begin](PatternNfa::When when) {
      return when == PatternNfa::When::kAlways || (is_begin && when == PatternNfa::When::kAtBegin);
    });
    return Explore(std::move(start), edges, accepts, kMaxPatternStates);
  }

  // Whether Run was given up, and its result means nothing.
  bool is_too_slow() const { return steps_ > kMaxPatternSteps; }

 private:
  using States = std::vector<int>;  // increasing

  // With what jumps lead to.
  template <class May>
  States Closure(States states, const May& may_jump) {
    std::set<int> all(states.begin(), states.end());
    while (!states.empty()) {
      const int state = states.back();
      states.pop_back();
      for (const PatternNfa::Jump& jump : nfa_.states()[static_cast<std::size_t>(state)].jumps) {
        ++steps_;
        if (may_jump(jump.when) && all.insert(jump.to).second) states.push_back(jump.to);
      }
    }
    // Where anything fits it does not matter what else would.
    if (goes_on_ && all.contains(end_)) return {end_};
    return {all.begin(), all.end()};
  }

  std::vector<std::pair<CodePoints::Interval, States>> EdgesOf(const States& states) {
    std::vector<std::pair<CodePoints::Interval, States>> edges;
    if (steps_ > kMaxPatternSteps) return edges;
    std::map<States, States> closures;
    for (std::size_t i = 0; i + 1 < cuts_.size(); ++i) {
      States reached;
      for (const int state : states) {
        for (const Automaton::Edge& edge : nfa_.states()[static_cast<std::size_t>(state)].edges) {
          ++steps_;
          if (edge.on.first <= cuts_[i] && cuts_[i] <= edge.on.last) reached.push_back(edge.to);
        }
      }
      if (reached.empty()) continue;
      auto found = closures.find(reached);
      if (found == closures.end()) {
        States closure =
            Closure(reached, [](auto when) { return when == PatternNfa::When::kAlways; });
        found = closures.emplace(std::move(reached), std::move(closure)).first;
      }
      edges.push_back({{cuts_[i], cuts_[i + 1] - 1}, found->second});
    }
    return edges;
  }

  const PatternNfa& nfa_;
  const int end_;
  const bool goes_on_;
  std::vector<char32_t> cuts_;  // no edge begins or ends between two of them
  std::int64_t steps_ = 0;
};

Error TooLargePattern() { return {ErrorCode::kTooLarge, "expected a simpler pattern"}; }

bool HasBegin(const PatternNode& node) {
  return node.kind == PatternKind::kBegin || std::ranges::any_of(node.children, HasBegin);
}

// The nodes of a sequence, which may hold lookaheads: what follows one has to match it too.
// is_begin: whether they stand where the whole text begins.
Result<Automaton> SequenceAutomaton(std::span<const PatternNode> nodes, PatternMatch begin,
                                    PatternMatch end, bool is_begin) {
  PatternNfa nfa;
  int at = nfa.AddState();
  if (begin == PatternMatch::kAnywhere) at = nfa.AddAnything(at);
  const auto lookahead = std::ranges::find(nodes, PatternKind::kLookahead, &PatternNode::kind);
  const auto before = static_cast<std::size_t>(lookahead - nodes.begin());
  for (const PatternNode& node : nodes.first(before)) at = nfa.Add(node, at);
  const bool looks_ahead = before < nodes.size();
  if (looks_ahead) {
    const bool stays = std::ranges::all_of(nodes.first(before), [](const PatternNode& node) {
      return node.kind == PatternKind::kBegin;
    });
    const bool is_still_begin = is_begin && stays && (begin == PatternMatch::kWhole || before > 0);
    const auto behind = nodes.subspan(before);
    if (!is_still_begin && std::ranges::any_of(behind, HasBegin)) {
      return Error{ErrorCode::kUnsupported, "a ^ behind a lookahead can not be kept to"};
    }
    auto rest = SequenceAutomaton(behind.subspan(1), PatternMatch::kWhole, end, is_still_begin);
    if (!rest) return rest;
    auto seen = SequenceAutomaton(lookahead->children, PatternMatch::kWhole,
                                  PatternMatch::kAnywhere, is_still_begin);
    if (!seen) return seen;
    const auto both =
        Intersection(lookahead->is_negated ? Complement(*seen) : *seen, *rest, kMaxPatternStates);
    if (!both) return TooLargePattern();
    at = nfa.AddAutomaton(*both, at);
  }
  const bool goes_on = !looks_ahead && end == PatternMatch::kAnywhere;
  if (goes_on) at = nfa.AddAnything(at);
  if (nfa.is_too_large()) return TooLargePattern();
  SubsetConstruction subsets(nfa, at, goes_on);
  std::optional<Automaton> automaton = subsets.Run(is_begin);
  if (!automaton || subsets.is_too_slow()) return TooLargePattern();
  return *std::move(automaton);
}

}  // namespace

Result<Automaton> PatternAutomaton(std::string_view pattern, PatternMatch match) {
  const Result<PatternNode> root = ParsePattern(pattern);
  if (!root) return root.error();
  const bool is_sequence = root->kind == PatternKind::kSequence;
  return SequenceAutomaton(is_sequence ? std::span(root->children) : std::span(&*root, 1), match,
                           match, /*is_begin=*/true);
}

}  // namespace edgevlm
