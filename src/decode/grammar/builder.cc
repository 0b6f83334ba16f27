#include <algorithm>
#include <utility>
#include <vector>

#include "edgevlm/grammar.h"

namespace edgevlm {
namespace {

using Flags = std::vector<char>;  // by rule

// The nullable rules.
Flags EmptyRules(const Grammar& grammar) {
  Flags empty(grammar.rules.size());
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t rule = 0; rule < grammar.rules.size(); ++rule) {
      const bool may_be = std::ranges::any_of(grammar.rules[rule], [&](const auto& sequence) {
        return std::ranges::all_of(sequence, [&](const Grammar::Element& element) {
          return element.is_rule && empty[static_cast<std::size_t>(element.index)] != 0;
        });
      });
      if (!may_be || empty[rule] != 0) continue;
      empty[rule] = 1;
      changed = true;
    }
  }
  return empty;
}

// Follows the rules that can come first.
class FirstRules {
 public:
  explicit FirstRules(const Grammar& grammar)
      : grammar_(grammar), empty_(EmptyRules(grammar)), state_(grammar.rules.size()) {}

  bool HasCycle(std::size_t rule) {
    if (state_[rule] != kNew) return state_[rule] == kOpen;
    state_[rule] = kOpen;
    for (const Grammar::Sequence& sequence : grammar_.rules[rule]) {
      for (const Grammar::Element& element : sequence) {
        if (!element.is_rule) break;
        const auto first = static_cast<std::size_t>(element.index);
        if (HasCycle(first)) return true;
        if (empty_[first] == 0) break;
      }
    }
    state_[rule] = kDone;
    return false;
  }

 private:
  enum State : char { kNew, kOpen, kDone };

  const Grammar& grammar_;
  const Flags empty_;
  std::vector<State> state_;
};

}  // namespace

bool BeginsWithItself(const Grammar& grammar) {
  FirstRules rules(grammar);
  for (std::size_t rule = 0; rule < grammar.rules.size(); ++rule) {
    if (rules.HasCycle(rule)) return true;
  }
  return false;
}

namespace {

std::vector<std::size_t> RulesIn(const Grammar::Sequence& sequence) {
  std::vector<std::size_t> rules;
  for (const Grammar::Element& element : sequence) {
    if (element.is_rule) rules.push_back(static_cast<std::size_t>(element.index));
  }
  return rules;
}

// Alternatives with a rule that derives no text.
void RemoveAlternatives(Grammar& grammar, const std::vector<bool>& gives_text) {
  for (Grammar::Rule& rule : grammar.rules) {
    std::erase_if(rule, [&](const Grammar::Sequence& sequence) {
      return std::ranges::any_of(RulesIn(sequence),
                                 [&](std::size_t rule_in_it) { return !gives_text[rule_in_it]; });
    });
  }
}

}  // namespace

std::vector<bool> RemoveDeadEnds(Grammar& grammar) {
  struct Alternative {
    std::size_t rule;
    std::size_t missing;  // its rules not yet known to derive a text
  };
  std::vector<Alternative> alternatives;
  std::vector<std::vector<std::size_t>> users(grammar.rules.size());  // alternatives, by rule
  std::vector<bool> gives_text(grammar.rules.size());
  std::vector<std::size_t> open;  // rules newly found to derive a text
  const auto found = [&](std::size_t rule) {
    if (gives_text[rule]) return;
    gives_text[rule] = true;
    open.push_back(rule);
  };
  for (std::size_t rule = 0; rule < grammar.rules.size(); ++rule) {
    for (const Grammar::Sequence& sequence : grammar.rules[rule]) {
      alternatives.push_back({rule, 0});
      for (const std::size_t used : RulesIn(sequence)) {
        users[used].push_back(alternatives.size() - 1);
        ++alternatives.back().missing;
      }
      if (alternatives.back().missing == 0) found(rule);
    }
  }
  while (!open.empty()) {
    const std::size_t rule = open.back();
    open.pop_back();
    for (const std::size_t user : users[rule]) {
      if (--alternatives[user].missing == 0) found(alternatives[user].rule);
    }
  }
  RemoveAlternatives(grammar, gives_text);
  return gives_text;
}

Grammar::Element GrammarBuilder::Set(const Grammar::Bytes& bytes) {
  for (std::size_t i = 0; i < grammar_.sets.size(); ++i) {
    if (grammar_.sets[i] == bytes) return {.is_rule = false, .index = static_cast<int>(i)};
  }
  grammar_.sets.push_back(bytes);
  return {.is_rule = false, .index = static_cast<int>(grammar_.sets.size()) - 1};
}

void GrammarBuilder::Append(std::string_view text, Grammar::Sequence& sequence) {
  for (const char c : text) {
    sequence.push_back(Set(Grammar::Bytes().set(static_cast<unsigned char>(c))));
  }
}

int GrammarBuilder::Add(const Grammar& grammar) {
  const int first = rules();
  std::vector<Grammar::Element> sets;
  for (const Grammar::Bytes& set : grammar.sets) sets.push_back(Set(set));
  for (const Grammar::Rule& rule : grammar.rules) {
    grammar_.rules.push_back(rule);
    for (Grammar::Sequence& sequence : grammar_.rules.back()) {
      for (Grammar::Element& element : sequence) {
        element = element.is_rule ? Rule(first + element.index)
                                  : sets[static_cast<std::size_t>(element.index)];
      }
    }
  }
  return first;
}

}  // namespace edgevlm
