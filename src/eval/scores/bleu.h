// BLEU-1 to BLEU-4 of a set of captions (Papineni et al. 2002, "BLEU: a Method for Automatic
// Evaluation of Machine Translation"), with the constants of pycocoevalcap.
//
//   BLEU-n = bp * (p_1 * ... * p_n) ^ (1 / n)
//   p_k    = (matches_k + 1e-15) / (candidate n-grams_k + 1e-9), both summed over the set; a
//            candidate's n-gram matches at most as often as it is in any one reference
//   bp     = exp(1 - r / c) if c < r, else 1, with c the candidates' tokens, and r for each image
//            the length of the reference closest to the candidate's, the shorter one of two
//
// This is the corpus score. The mean of the scores of single images is something else.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "eval/scores/ngrams.h"

namespace edgevlm {

class BleuScore {
 public:
  struct Text {
    const NgramCounts* ngrams;
    int tokens;
  };

  // REQUIRES: there is a reference.
  void Add(const Text& candidate, std::span<const Text> references);
  // BLEU-1 to BLEU-4 of all that were added; 0 before.
  std::array<double, kMaxNgram> Scores() const;

 private:
  std::array<std::int64_t, kMaxNgram> matches_ = {};
  std::array<std::int64_t, kMaxNgram> candidate_ngrams_ = {};
  std::int64_t candidate_tokens_ = 0;
  std::int64_t reference_tokens_ = 0;
};

}  // namespace edgevlm
