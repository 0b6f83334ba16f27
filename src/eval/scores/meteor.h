// METEOR (exact+stem, plain): what can be computed of METEOR 1.5 without its tables of synonyms,
// paraphrases and frequent words (Denkowski and Lavie 2014, "Meteor Universal: Language Specific
// Translation Evaluation for Any Target Language"). Not comparable with METEOR in papers.
//
//   P = m / candidate words, R = m / reference words, m = exact matches + 0.6 * stem matches
//   F = 1 / ((1 - a) / P + a / R), penalty = g * (chunks / matches)^b, score = F * (1 - penalty)
//   a = 0.85, b = 0.2, g = 0.6 (English, rank task)
//
// The reference with the best score counts. A chunk that covers all of both texts costs nothing. A
// set's score is the formula on the sums over its images, not the mean of their scores.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "eval/scores/stemmer.h"

namespace edgevlm {

inline constexpr const char* kMeteorName = "METEOR (exact+stem, plain)";

struct MeteorSums {
  std::int64_t candidate_words = 0;
  std::int64_t reference_words = 0;
  std::int64_t exact = 0;
  std::int64_t stems = 0;
  std::int64_t chunks = 0;

  void Add(const MeteorSums& other);
  double Score() const;  // 0 without matches
};

// Threads: one at a time.
class MeteorScore {
 public:
  // Returns the image's score. REQUIRES: there is a reference.
  double Add(std::span<const std::string> candidate,
             std::span<const std::vector<std::string>> references);
  double Score() const { return sums_.Score(); }

 private:
  EnglishStemmer stemmer_;
  MeteorSums sums_;
};

}  // namespace edgevlm
