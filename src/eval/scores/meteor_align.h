// Aligns the words of a candidate with those of a reference, as METEOR 1.5 does (Denkowski and
// Lavie 2014, "Meteor Universal: Language Specific Translation Evaluation for Any Target
// Language").
//
// Two words can be matched if they are equal (exact) or have one stem. A pair that is the only
// possible match of both of its words is always taken. The other pairs are chosen by a beam search
// (40 paths) over the reference's words: most exact matches first, then fewest chunks, then
// smallest distance. Stem matches count 0 there, so one is taken only where it costs no chunk.
// That, and the charge of a pair's distance to the paths that are tried after it, is how the
// program works.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace edgevlm {

// A text with a number for each word and for each stem, equal if and only if these are.
struct NumberedText {
  std::vector<int> words;
  std::vector<int> stems;
};

struct WordAlignment {
  int exact = 0;   // matched words
  int stems = 0;   // matched words that have only the stem in common
  int chunks = 0;  // runs of matches that are consecutive in both texts
};

// Both texts are numbered together. Cost: O(40 * candidate * reference words) time,
// O(candidate * reference words) memory.
WordAlignment AlignWords(const NumberedText& candidate, const NumberedText& reference);

}  // namespace edgevlm
