// WholeTokens: finds tokens that are matched as a whole: control tokens in markup, user-defined
// tokens everywhere.
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

  // Call once, after the last Add.
  void Sort();

  // The longest token that is a prefix of the text; markup-only tokens must end within its first
  // `markup` bytes. O(length of the match * log(number of tokens)).
  Found At(std::string_view text, std::size_t markup) const;

 private:
  struct Token {
    std::string name;
    int id;
    bool only_in_markup;
  };

  std::vector<Token> tokens_;  // names increasing
};

}  // namespace edgevlm
