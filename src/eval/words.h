// Splits replies into words, and normalizes answers for comparison.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

// The words of a text, in lower case (ASCII). A word is a run of letters, digits, bytes above 127,
// and of ' and - inside it. Every other visible character is a separate word: "Two dogs, one cat"
// gives two dogs , one cat.
std::vector<std::string> Words(std::string_view text);

// The value of "three" or "3"; none for other words. Supports zero to twenty, and digits up to
// 9999.
std::optional<int> NumberValue(std::string_view word);

// "a", "an", "the".
bool IsArticle(std::string_view word);

// Normalizes an answer: lower case, without articles and punctuation, number words as digits,
// single digits in a row joined, "gray" as "grey".
//   "The  Red circle." -> "red circle", "two" -> "2", "4 2 7" -> "427".
std::string NormalizeAnswer(std::string_view answer);

}  // namespace edgevlm
