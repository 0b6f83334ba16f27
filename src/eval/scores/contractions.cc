#include "eval/scores/contractions.h"

#include <array>

namespace edgevlm {
namespace {

constexpr std::array<std::string_view, 92> kContractions = {
    "ain't",      "aren't",      "can't",     "couldn't",      "didn't",       "doesn't",
    "don't",      "hadn't",      "hasn't",    "haven't",       "isn't",        "mightn't",
    "mustn't",    "needn't",     "oughtn't",  "shan't",        "shouldn't",    "wasn't",
    "weren't",    "won't",       "wouldn't",  "could've",      "might've",     "must've",
    "not've",     "should've",   "they've",   "we've",         "what've",      "where've",
    "who've",     "would've",    "you've",    "he'd",          "how'd",        "it'd",
    "someone'd",  "something'd", "there'd",   "they'd",        "where'd",      "who'd",
    "you'd",      "how'll",      "it'll",     "somebody'll",   "someone'll",   "something'll",
    "they'll",    "what'll",     "who'll",    "why'll",        "you'll",       "there're",
    "they're",    "what're",     "why're",    "you're",        "he's",         "how's",
    "somebody's", "someone's",   "that's",    "there's",       "what's",       "when's",
    "where's",    "who's",       "why's",     "ma'am",         "o'clock",      "'twas",
    "y'all",      "couldn't've", "hadn't've", "mightn't've",   "shouldn't've", "wouldn't've",
    "he'd've",    "it'd've",     "she'd've",  "somebody'd've", "someone'd've", "something'd've",
    "there'd've", "they'd've",   "we'd've",   "who'd've",      "you'd've",     "y'all'll",
    "y'all'd've", "'ow's'at"};

// Whether `word` is `whole` without one apostrophe.
constexpr bool LacksOneApostrophe(std::string_view word, std::string_view whole) {
  if (word.size() + 1 != whole.size()) return false;
  std::size_t i = 0;
  while (i < word.size() && word[i] == whole[i]) ++i;
  // Two apostrophes are never side by side, so the first difference is at the missing one.
  return whole[i] == '\'' && word.substr(i) == whole.substr(i + 1);
}

}  // namespace

std::string_view WithApostrophe(std::string_view word) {
  if (word == "somebody'd") return "somebodyd";  // the list has this one the wrong way round
  for (const std::string_view whole : kContractions) {
    if (LacksOneApostrophe(word, whole)) return whole;
  }
  return word;
}

}  // namespace edgevlm
