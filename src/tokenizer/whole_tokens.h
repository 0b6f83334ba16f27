// WholeTokens: finds the tokens in a text that are never split: control tokens in markup, and
// user-defined ones everywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

// Threads: const methods from any thread.
class WholeTokens {
 public:
  struct Found {
    int id = -1;  // -1: none
    std::size_t length = 0;
  };

  // name: not empty.
  void Add(std::string name, int id, bool only_in_markup);

  // Call once, after all were added.
  void Sort();

  // The longest token with which the text starts; those that are only for markup must end within
  // its first `markup` bytes. O(length of the longest that fits * log of their number).
  Found At(std::string_view text, std::size_t markup) const;

  bool empty() const { return tokens_.empty(); }

 private:
  struct Token {
    std::string name;
    int id;
    bool only_in_markup;
  };

  std::vector<Token> tokens_;  // names increasing
};

}  // namespace edgevlm
