#include "tokenizer/whole_tokens.h"

#include <algorithm>
#include <utility>

namespace edgevlm {

void WholeTokens::Add(std::string name, int id, bool only_in_markup) {
  tokens_.push_back({std::move(name), id, only_in_markup});
}

void WholeTokens::Sort() {
  std::sort(tokens_.begin(), tokens_.end(),
            [](const Token& a, const Token& b) { return a.name < b.name; });
}

WholeTokens::Found WholeTokens::At(std::string_view text, std::size_t markup) const {
  Found best;
  auto first = tokens_.begin();
  auto last = tokens_.end();
  // Narrows the range of tokens that match the text, byte by byte. A name that ends at this byte
  // sorts before longer ones.
  for (std::size_t length = 0; first != last; ++length) {
    for (; first != last && first->name.size() == length; ++first) {
      if (!first->only_in_markup || length <= markup) best = {first->id, length};
    }
    if (first == last || length == text.size()) break;
    const char byte = text[length];
    const auto before = [length](const Token& token, char wanted) {
      return static_cast<unsigned char>(token.name[length]) < static_cast<unsigned char>(wanted);
    };
    const auto after = [length](char wanted, const Token& token) {
      return static_cast<unsigned char>(wanted) < static_cast<unsigned char>(token.name[length]);
    };
    first = std::lower_bound(first, last, byte, before);
    last = std::upper_bound(first, last, byte, after);
  }
  return best;
}

}  // namespace edgevlm
