#include "eval/scores/vqa_normalize.h"

#include <algorithm>
#include <array>
#include <utility>

#include "eval/scores/contractions.h"
#include "eval/scores/text.h"

namespace edgevlm {
namespace {

constexpr std::string_view kPunctuation = ";/[]\"{}()=+\\_-><@`,?!";
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kNumberNames = {
    {{"none", "0"},
     {"zero", "0"},
     {"one", "1"},
     {"two", "2"},
     {"three", "3"},
     {"four", "4"},
     {"five", "5"},
     {"six", "6"},
     {"seven", "7"},
     {"eight", "8"},
     {"nine", "9"},
     {"ten", "10"}}};

bool HasCommaInNumber(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ',' || i == 0 || !IsAsciiDigit(text[i - 1])) continue;
    const std::size_t after = text.find_first_not_of(',', i);
    if (after != std::string_view::npos && IsAsciiDigit(text[after])) return true;
  }
  return false;
}

bool IsBesideSpace(std::string_view text, char mark) {
  for (std::size_t i = text.find(mark); i != std::string_view::npos; i = text.find(mark, i + 1)) {
    if (i > 0 && text[i - 1] == ' ') return true;
    if (i + 1 < text.size() && text[i + 1] == ' ') return true;
  }
  return false;
}

std::string WithoutPunctuation(std::string_view text) {
  const bool comma_in_number = HasCommaInNumber(text);
  std::string removed;
  for (const char mark : kPunctuation) {
    if (comma_in_number || IsBesideSpace(text, mark)) removed += mark;
  }
  std::string result;
  for (const char c : text) {
    if (kPunctuation.find(c) == std::string_view::npos) {
      result += c;
    } else if (removed.find(c) == std::string::npos) {
      result += ' ';
    }
  }
  return result;
}

std::string WithoutStops(std::string_view text) {
  int left = 32;
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool before_digit = i + 1 < text.size() && IsAsciiDigit(text[i + 1]);
    if (text[i] == '.' && !before_digit && left > 0) {
      --left;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::string_view DigitsOf(std::string_view word) {
  const auto found =
      std::ranges::find(kNumberNames, word, &decltype(kNumberNames)::value_type::first);
  return found == kNumberNames.end() ? word : found->second;
}

}  // namespace

std::string TrimVqaAnswer(std::string_view answer) {
  const std::string spaced = Replaced(Replaced(answer, "\n", " "), "\t", " ");
  return std::string(StripSpace(spaced));
}

std::string NormalizeVqaAnswer(std::string_view answer) {
  const std::string plain = LowerLatin(WithoutStops(WithoutPunctuation(TrimVqaAnswer(answer))));
  std::string normal;
  for (std::string_view word : SplitAtSpace(plain)) {
    word = DigitsOf(word);
    if (word == "a" || word == "an" || word == "the") continue;
    if (!normal.empty()) normal += ' ';
    normal += WithApostrophe(word);
  }
  return normal;
}

std::string LowerTextVqaAnswer(std::string_view answer) {
  const std::string lower = Replaced(Replaced(LowerLatin(answer), ",", ""), "?", "");
  const std::string spaced = Replaced(lower, "'s", " 's");
  return std::string(StripSpace(spaced));
}

}  // namespace edgevlm
