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

// Limit on the steps of the subset construction, one per jump or edge visited.
constexpr std::int64_t kMaxPatternSteps = 1'000'000;

// Builds a nondeterministic automaton (Thompson's construction).
class PatternNfa {
 public:
  enum class When { kAlways, kAtBegin, kAtEnd };
  struct Jump {
    int to;
    When when;
  };
  struct State {
    std::vector<Jump> jumps = {};  // epsilon transitions
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

  // Each adds states after `from` and returns the last one; any state once it is too large.
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
  // A state per repetition even if the child is empty, so that is_too_large() ends the loop.
  for (int i = 0; i < repeat.min && !is_too_large(); ++i) {
    const int begin = AddState();
    AddJump(from, begin);
    from = Add(child, begin);
  }
  if (!repeat.max) {
    const int begin = AddState();
    AddJump(from, begin);
    AddJump(Add(child, begin), begin);
    return begin;
  }
  const int to = AddState();
  for (int i = repeat.min; i < *repeat.max && !is_too_large(); ++i) {
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

// Converts it to a deterministic automaton, whose states are sets of its states.
class SubsetConstruction {
 public:
  // Accepts in state `end`. is_open: whether any text may follow there.
  SubsetConstruction(const PatternNfa& nfa, int end, bool is_open)
      : nfa_(nfa), end_(end), is_open_(is_open) {
    std::set<char32_t> begins;
    for (const PatternNfa::State& state : nfa_.states()) {
      for (const Automaton::Edge& edge : state.edges) {
        begins.insert(edge.on.first);
        begins.insert(edge.on.last + 1);
      }
    }
    cuts_.assign(begins.begin(), begins.end());
  }

  // is_begin: whether state 0 is at the start of the whole text.
  std::optional<Automaton> Determinize(bool is_begin) {
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

  // Whether Determinize gave up; its result is then invalid.
  bool is_too_slow() const { return steps_ > kMaxPatternSteps; }

 private:
  using States = std::vector<int>;  // increasing

  // The states and those that their jumps lead to.
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
    // Once any text is accepted, the other states do not matter.
    if (is_open_ && all.contains(end_)) return {end_};
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
  const bool is_open_;
  std::vector<char32_t> cuts_;  // the boundaries of all edges' intervals
  std::int64_t steps_ = 0;
};

Error TooLargePattern() { return {ErrorCode::kTooLarge, "expected a simpler pattern"}; }

bool HasBegin(const PatternNode& node) {
  return node.kind == PatternKind::kBegin || std::ranges::any_of(node.children, HasBegin);
}

// Where the nodes of a pattern have to match.
struct PatternContext {
  PatternMatch begin;
  PatternMatch end;
  bool is_begin;  // kWhole starts at the start of the whole text
};

Result<Automaton> SequenceAutomaton(std::span<const PatternNode> nodes, PatternContext context);

// A lookahead and the nodes after it: it must match the text that these nodes match.
Result<Automaton> LookaheadAutomaton(std::span<const PatternNode> nodes, PatternMatch end,
                                     bool is_begin) {
  if (!is_begin && std::ranges::any_of(nodes, HasBegin)) {
    return Error{ErrorCode::kUnsupported, "a ^ after a lookahead cannot be enforced"};
  }
  const PatternNode& lookahead = nodes.front();
  const auto rest = SequenceAutomaton(nodes.subspan(1), {PatternMatch::kWhole, end, is_begin});
  if (!rest) return rest;
  const auto ahead = SequenceAutomaton(lookahead.children,
                                       {PatternMatch::kWhole, PatternMatch::kAnywhere, is_begin});
  if (!ahead) return ahead;
  auto both =
      Intersection(lookahead.is_negated ? Complement(*ahead) : *ahead, *rest, kMaxPatternStates);
  if (!both) return TooLargePattern();
  return *std::move(both);
}

Result<Automaton> SequenceAutomaton(std::span<const PatternNode> nodes, PatternContext context) {
  PatternNfa nfa;
  int at = nfa.AddState();
  if (context.begin == PatternMatch::kAnywhere) at = nfa.AddAnything(at);
  const auto lookahead = std::ranges::find(nodes, PatternKind::kLookahead, &PatternNode::kind);
  const auto before = nodes.first(static_cast<std::size_t>(lookahead - nodes.begin()));
  for (const PatternNode& node : before) at = nfa.Add(node, at);
  const bool looks_ahead = before.size() < nodes.size();
  if (looks_ahead) {
    // ^ alone reads nothing, so the position is still the start.
    const bool stays = std::ranges::all_of(
        before, [](const PatternNode& node) { return node.kind == PatternKind::kBegin; });
    const bool is_fixed = context.begin == PatternMatch::kWhole || !before.empty();
    const auto behind = LookaheadAutomaton(nodes.subspan(before.size()), context.end,
                                           context.is_begin && stays && is_fixed);
    if (!behind) return behind;
    at = nfa.AddAutomaton(*behind, at);
  }
  const bool is_open = !looks_ahead && context.end == PatternMatch::kAnywhere;
  if (is_open) at = nfa.AddAnything(at);
  if (nfa.is_too_large()) return TooLargePattern();
  SubsetConstruction subsets(nfa, at, is_open);
  std::optional<Automaton> automaton = subsets.Determinize(context.is_begin);
  if (!automaton || subsets.is_too_slow()) return TooLargePattern();
  return *std::move(automaton);
}

}  // namespace

Result<Automaton> PatternAutomaton(std::string_view pattern, PatternMatch match) {
  const Result<PatternNode> root = ParsePattern(pattern);
  if (!root) return root.error();
  const bool is_sequence = root->kind == PatternKind::kSequence;
  const auto nodes = is_sequence ? std::span(root->children) : std::span(&*root, 1);
  return SequenceAutomaton(nodes, {match, match, /*is_begin=*/true});
}

}  // namespace edgevlm
