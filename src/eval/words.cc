#include "eval/words.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"

namespace edgevlm {
namespace {

constexpr std::array<std::string_view, 21> kNumberWords = {
    "zero",     "one",     "two",     "three",     "four",     "five",     "six",
    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",   "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"};

bool IsDigit(char c) { return '0' <= c && c <= '9'; }
bool IsUpper(char c) { return 'A' <= c && c <= 'Z'; }
bool IsWordByte(char c) {
  return IsDigit(c) || IsUpper(c) || ('a' <= c && c <= 'z') || static_cast<unsigned char>(c) > 127;
}
bool IsVisible(char c) { return '!' <= c && c <= '~'; }

bool IsPunctuation(std::string_view word) { return word.size() == 1 && !IsWordByte(word[0]); }

}  // namespace

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;  // inside a word
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool joins =
        inside && (c == '\'' || c == '-') && i + 1 < text.size() && IsWordByte(text[i + 1]);
    if (IsWordByte(c) || joins) {
      if (!inside) words.emplace_back();
      words.back() += ToLowerAscii(c);
      inside = true;
      continue;
    }
    inside = false;
    if (IsVisible(c)) words.emplace_back(1, c);
  }
  return words;
}

std::optional<int> NumberValue(std::string_view word) {
  const auto found = std::find(kNumberWords.begin(), kNumberWords.end(), word);
  if (found != kNumberWords.end()) return static_cast<int>(found - kNumberWords.begin());
  if (word.empty() || word.size() > 4 || !std::all_of(word.begin(), word.end(), IsDigit)) {
    return std::nullopt;
  }
  int value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value);
  return value;
}

bool IsArticle(std::string_view word) { return word == "a" || word == "an" || word == "the"; }

std::string NormalizeAnswer(std::string_view answer) {
  std::string normal;
  bool after_digit = false;
  for (const std::string& word : Words(answer)) {
    if (IsArticle(word) || IsPunctuation(word)) continue;
    const bool is_name =
        kNumberWords.end() != std::find(kNumberWords.begin(), kNumberWords.end(), word);
    const std::string form = is_name          ? std::to_string(*NumberValue(word))
                             : word == "gray" ? "grey"
                                              : word;
    const bool is_digit = form.size() == 1 && IsDigit(form[0]);
    if (!normal.empty() && !(after_digit && is_digit)) normal += ' ';
    normal += form;
    after_digit = is_digit;
  }
  return normal;
}

}  // namespace edgevlm
