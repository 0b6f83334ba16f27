#include "engine/vision/query_words.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace edgevlm {
namespace {

// In alphabetical order.
constexpr auto kCommonWords = std::to_array<std::string_view>(
    {"a",         "about",    "after",    "all",       "an",       "and",    "any",      "anything",
     "appear",    "appeared", "appears",  "are",       "aren",     "at",     "be",       "been",
     "before",    "begin",    "begins",   "briefly",   "by",       "can",    "clip",     "color",
     "colour",    "contents", "could",    "count",     "describe", "detail", "did",      "do",
     "does",      "doesn",    "don",      "during",    "end",      "ends",   "ever",     "every",
     "explain",   "find",     "first",    "for",       "frame",    "frames", "from",     "going",
     "had",       "happen",   "happened", "happening", "happens",  "has",    "have",     "here",
     "how",       "i",        "image",    "images",    "in",       "into",   "is",       "isn",
     "it",        "its",      "last",     "let",       "list",     "long",   "look",     "many",
     "me",        "moment",   "much",     "my",        "name",     "now",    "object",   "objects",
     "of",        "often",    "on",       "one",       "or",       "our",    "photo",    "picture",
     "please",    "scene",    "scenes",   "second",    "seconds",  "see",    "seen",     "sentence",
     "shape",     "short",    "show",     "shown",     "shows",    "some",   "somebody", "someone",
     "something", "start",    "starts",   "summarize", "summary",  "tell",   "that",     "the",
     "their",     "them",     "then",     "there",     "these",    "they",   "thing",    "things",
     "this",      "those",    "time",     "times",     "to",       "us",     "video",    "visible",
     "was",       "we",       "were",     "what",      "when",     "where",  "which",    "while",
     "who",       "whole",    "whose",    "why",       "will",     "with",   "word",     "words",
     "would",     "you",      "your"});
static_assert(std::ranges::is_sorted(kCommonWords));

// Of words: letters and digits of any script, and the hyphen.
bool IsInWord(char c) {
  constexpr unsigned char kFirstBeyondAscii = 0x80;
  return IsAlphanumericAscii(c) || c == '-' || static_cast<unsigned char>(c) >= kFirstBeyondAscii;
}

}  // namespace

std::string QueryWords(std::string_view question) {
  std::string words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty() && !std::ranges::binary_search(kCommonWords, word)) {
      words += (words.empty() ? "" : " ") + word;
    }
    word.clear();
  };
  for (std::size_t i = 0; i < question.size(); ++i) {
    const char c = question[i];
    if (IsInWord(c)) {
      word += ToLowerAscii(c);
      continue;
    }
    end_word();
    // Of "what's", "isn't" and "dog's", what follows is no word.
    while (c == '\'' && i + 1 < question.size() && IsInWord(question[i + 1])) ++i;
  }
  end_word();
  return words;
}

}  // namespace edgevlm
