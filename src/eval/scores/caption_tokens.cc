#include "eval/scores/caption_tokens.h"

#include <algorithm>
#include <array>
#include <utility>

#include "eval/scores/plain_caption.h"
#include "eval/scores/text.h"

namespace edgevlm {
namespace {

using Tokens = std::vector<std::string>;

constexpr std::array<std::pair<char, std::string_view>, 6> kBrackets = {{{'(', "-lrb-"},
                                                                         {')', "-rrb-"},
                                                                         {'[', "-lsb-"},
                                                                         {']', "-rsb-"},
                                                                         {'{', "-lcb-"},
                                                                         {'}', "-rcb-"}}};
constexpr std::array<std::string_view, 6> kSuffixes = {"'s", "'re", "'ve", "'ll", "'d", "'m"};
constexpr std::array<std::pair<std::string_view, std::size_t>, 5> kTwoWords = {
    {{"cannot", 3}, {"gonna", 3}, {"gotta", 3}, {"wanna", 3}, {"gimme", 3}}};
// Keep their stop.
constexpr std::array<std::string_view, 24> kAbbreviations = {
    "mr.", "mrs.", "ms.",  "dr.",  "prof.", "st.",   "jr.",  "sr.",
    "vs.", "etc.", "inc.", "ltd.", "co.",   "corp.", "ave.", "blvd.",
    "rd.", "gen.", "sen.", "rep.", "gov.",  "capt.", "lt.",  "sgt."};

constexpr std::string_view kAfterAddress = "),;:!?\"";

bool IsAddress(std::string_view word) {
  return word.find("://") != std::string_view::npos || word.starts_with("www.");
}

// "u.s." and "e.g.": at least two letters, each with a stop.
bool IsLettersWithStops(std::string_view word) {
  if (word.size() < 4 || word.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < word.size(); i += 2) {
    if (!IsAsciiLetter(word[i]) || word[i + 1] != '.') return false;
  }
  return true;
}

bool KeepsStop(std::string_view word, std::string_view rest) {
  if (word == "no.") return rest.starts_with(' ') && rest.size() > 1 && IsAsciiDigit(rest[1]);
  return IsLettersWithStops(word) || std::ranges::count(kAbbreviations, word) != 0;
}

void AddWithoutContractions(std::string_view word, Tokens& tokens) {
  for (const auto& [whole, first] : kTwoWords) {
    if (word != whole) continue;
    tokens.emplace_back(word.substr(0, first));
    tokens.emplace_back(word.substr(first));
    return;
  }
  std::vector<std::string_view> endings;  // last one first
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view suffix : kSuffixes) {
      if (word.size() <= suffix.size() || !word.ends_with(suffix)) continue;
      endings.push_back(word.substr(word.size() - suffix.size()));
      word.remove_suffix(suffix.size());
      found = true;
    }
    if (word.size() > 3 && word.ends_with("n't")) {
      endings.push_back(word.substr(word.size() - 3));
      word.remove_suffix(3);
      found = true;
    }
  }
  tokens.emplace_back(word);
  for (auto ending = endings.rbegin(); ending != endings.rend(); ++ending) {
    tokens.emplace_back(*ending);
  }
}

// A word of letters, digits and what may stand inside of it. rest: the caption after it.
void AddWord(std::string_view word, std::string_view rest, Tokens& tokens) {
  if (word == "'n'") {
    tokens.emplace_back(word);
    return;
  }
  while (word.starts_with('\'')) {
    if (std::ranges::count(kSuffixes, word) != 0) break;  // a suffix that stands alone
    word.remove_prefix(1);
  }
  while (word.ends_with('\'') || (word.ends_with('.') && !KeepsStop(word, rest))) {
    word.remove_suffix(1);
  }
  if (word.empty() || word == "-") return;
  if (word.size() > 1 && (word[0] == '$' || word[0] == '#') && IsAsciiDigit(word[1])) {
    tokens.emplace_back(word.substr(0, 1));
    word.remove_prefix(1);
  }
  if (word.size() > 1 && word.back() == '%' && IsAsciiDigit(word[word.size() - 2])) {
    tokens.emplace_back(word.substr(0, word.size() - 1));
    tokens.emplace_back("%");
    return;
  }
  AddWithoutContractions(word, tokens);
}

bool IsBetweenDigits(std::string_view text, std::size_t i) {
  return i > 0 && i + 1 < text.size() && IsAsciiDigit(text[i - 1]) && IsAsciiDigit(text[i + 1]);
}

// The length of the punctuation at text[i] that ends a word: 0 if the word goes on.
std::size_t SeparatorLength(std::string_view text, std::size_t i) {
  const char c = text[i];
  if (c == ',' || c == ':') return IsBetweenDigits(text, i) ? 0 : 1;
  if (std::string_view("\"(){}[];?!`").find(c) != std::string_view::npos) return 1;
  if (c == '.' || c == '-') {
    const std::size_t end = std::min(text.find_first_not_of(c, i), text.size());
    return end - i > 1 ? end - i : 0;
  }
  return 0;
}

void AddSeparator(std::string_view text, std::size_t i, Tokens& tokens) {
  for (const auto& [bracket, name] : kBrackets) {
    if (text[i] == bracket) tokens.emplace_back(name);
  }
}

}  // namespace

std::vector<std::string> CaptionTokens(std::string_view caption) {
  const std::string plain = PlainCaption(caption);
  const std::string_view text = plain;
  Tokens tokens;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    const std::size_t marks = std::min(text.find_first_not_of("?!", i), text.size()) - i;
    if (marks > 1) {  // "?!" is a token of its own, a single mark is removed
      tokens.emplace_back(text.substr(i, marks));
      i += marks;
      continue;
    }
    if (const std::size_t length = SeparatorLength(text, i); length > 0) {
      AddSeparator(text, i, tokens);
      i += length;
      continue;
    }
    std::size_t end = std::min(text.find(' ', i), text.size());
    if (IsAddress(text.substr(i, end - i))) {
      while (end > i + 1 && kAfterAddress.find(text[end - 1]) != std::string_view::npos) --end;
    } else {
      end = i;
      while (end < text.size() && text[end] != ' ' && SeparatorLength(text, end) == 0) ++end;
    }
    AddWord(text.substr(i, end - i), text.substr(end), tokens);
    i = end;
  }
  return tokens;
}

}  // namespace edgevlm
