// PlainQuestion: normalizes a typed question for models that were trained on one spelling only.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

// Lower-case words of a UTF-8 text, separated by single spaces:
//   - full-width letters, ligatures and so on become plain letters (Unicode's NFKC_Casefold), and
//     invisible characters are removed
//   - whitespace of any kind becomes a space
//   - quotation marks are removed; apostrophes of any kind inside a word become '
//   - punctuation before the first word and after the last is removed
// Empty if there is no word. O(n).
std::string PlainQuestion(std::string_view text);

}  // namespace edgevlm
