// What a question asks, whatever way it was typed: for models that learned it in one way only.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

// The words of a text in UTF-8, in lower case, one blank between two of them:
//   - full-width letters, ligatures and the like become plain ones (Unicode's NFKC_Casefold), and
//     invisible characters go
//   - blanks of any kind and line ends become a blank
//   - quotation marks of any kind go; apostrophes, curly ones too, stay as ' inside a word
//   - punctuation before the first word and behind the last goes
// Empty where there is no word. O(n).
std::string PlainQuestion(std::string_view text);

}  // namespace edgevlm
