// Grammar: which texts a reply may be. Context-free, over bytes.
#pragma once

#include <bitset>
#include <string_view>
#include <utility>
#include <vector>

namespace edgevlm {

// Rule 0 is the whole text. Made by hand or by a parser; REQUIRES of whoever makes one: every rule
// that is used gives a text, all indices are in range, and no rule begins with itself, directly or
// through others that may be empty.
struct Grammar {
  using Bytes = std::bitset<256>;

  // One byte of a set, or all that a rule gives.
  struct Element {
    bool is_rule = false;
    int index = 0;  // of `sets` or of `rules`
  };
  using Sequence = std::vector<Element>;
  using Rule = std::vector<Sequence>;  // alternatives

  std::vector<Bytes> sets;
  std::vector<Rule> rules;
};

// Whether a text is one that the grammar gives. REQUIRES: !BeginsWithItself(grammar).
bool Fits(const Grammar& grammar, std::string_view text);

// Whether a rule begins with itself, which no grammar may.
bool BeginsWithItself(const Grammar& grammar);

// Takes away the alternatives with which a text could never come to an end. Returns which rules
// give any text: the others have no alternatives and are not used any more. O(size of the grammar).
std::vector<bool> RemoveDeadEnds(Grammar& grammar);

// Adds to a grammar, piece by piece.
class GrammarBuilder {
 public:
  // Rule 0 is there from the beginning, without alternatives.
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
  // The bytes of a text, one after the other.
  void Append(std::string_view text, Grammar::Sequence& sequence);

  int rules() const { return static_cast<int>(grammar_.rules.size()); }
  Grammar Finish() { return std::move(grammar_); }

 private:
  Grammar grammar_;
};

}  // namespace edgevlm
