// Splits a text into words, within which byte pairs are merged. A byte of invalid UTF-8 counts as a
// character that is neither letter, number nor whitespace. The words are views into the text, and
// their concatenation is the text. O(n).
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace edgevlm {

// As in GPT-2, by the pattern
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::vector<std::string_view> SplitWords(std::string_view text);

// As in Llama 3 (3 digits) and Qwen2 (1 digit), by the pattern
//   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}|
//   ' '?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
// REQUIRES: digits >= 1.
std::vector<std::string_view> SplitWordsAndLines(std::string_view text, int digits);

}  // namespace edgevlm
