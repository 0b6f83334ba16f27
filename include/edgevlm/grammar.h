// Grammar: a context-free grammar over bytes that constrains replies.
#pragma once

#include <bitset>
#include <string_view>
#include <utility>
#include <vector>

namespace edgevlm {

// Rule 0 is the start rule. Built by hand or by a parser. REQUIRES of the builder: every rule that
// is used derives some text, all indices are in range, and no rule is left-recursive, directly or
// through nullable rules.
struct Grammar {
  using Bytes = std::bitset<256>;

  // One byte of a set, or a text derived from a rule.
  struct Element {
    bool is_rule = false;
    int index = 0;  // of `sets` or of `rules`
  };
  using Sequence = std::vector<Element>;
  using Rule = std::vector<Sequence>;  // alternatives

  std::vector<Bytes> sets;
  std::vector<Rule> rules;
};

// Whether the grammar derives a text. REQUIRES: !BeginsWithItself(grammar).
bool Fits(const Grammar& grammar, std::string_view text);

// Whether a rule is left-recursive, which no grammar may be.
bool BeginsWithItself(const Grammar& grammar);

// Removes the alternatives that derive no finite text. Returns which rules derive a text: the
// others have no alternatives and are no longer used. O(size of the grammar).
std::vector<bool> RemoveDeadEnds(Grammar& grammar);

// Builds a grammar step by step.
class GrammarBuilder {
 public:
  // Rule 0 exists at first, without alternatives.
  GrammarBuilder() { grammar_.rules.emplace_back(); }

  int AddRule() {
    grammar_.rules.emplace_back();
    return static_cast<int>(grammar_.rules.size()) - 1;
  }
  void AddAlternative(int rule, Grammar::Sequence sequence) {
    grammar_.rules[static_cast<std::size_t>(rule)].push_back(std::move(sequence));
  }

  static Grammar::Element Rule(int rule) { return {.is_rule = true, .index = rule}; }
  Grammar::Element Set(const Grammar::Bytes& bytes);
  // Appends the bytes of a text, one element each.
  void Append(std::string_view text, Grammar::Sequence& sequence);

  // Adds the rules of another grammar; returns which of them is its start rule.
  int Add(const Grammar& grammar);

  int rules() const { return static_cast<int>(grammar_.rules.size()); }
  Grammar Finish() { return std::move(grammar_); }

 private:
  Grammar grammar_;
};

}  // namespace edgevlm
