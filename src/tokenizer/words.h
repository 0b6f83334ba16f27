// Words: the pieces of a text inside which byte pairs are merged.
#pragma once

#include <string_view>
#include <vector>

namespace edgevlm {

// Splits a text as GPT-2 does, by the pattern
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// over code points; a byte of invalid UTF-8 counts as one that is no letter, number or blank. The
// words are views into the text and joined give it back. O(n).
std::vector<std::string_view> SplitWords(std::string_view text);

}  // namespace edgevlm
