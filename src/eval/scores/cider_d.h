// CIDEr-D of a set of captions (Vedantam et al. 2015, "CIDEr: Consensus-based Image Description
// Evaluation"), by the rule of pycocoevalcap, which papers call CIDEr.
//
// Per n from 1 to 4, a text is a vector over n-grams: count * idf, idf = ln(N) - ln(max(1, df)), N
// images, df the images that have the n-gram in any reference. For a reference:
//   sim_n = sum over the candidate's n-grams of min(candidate, reference) * reference
//           / (norms of both) * exp(-d^2 / 72), d the difference of the numbers of bigrams
// An image's score is 10 * mean over n and references; a set's score is the mean over its images.
//
// The score depends on the set: a subset has other document frequencies, and one image scores 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "eval/scores/ngrams.h"

namespace edgevlm {

// Keeps the n-grams of all texts until the end, because document frequencies need every reference:
// up to 32 bytes for each token, besides the NgramTable's.
class CiderScore {
 public:
  // REQUIRES: there is a reference; all ids are from one table.
  void Add(NgramCounts candidate, std::vector<NgramCounts> references);
  // One score for each image, in the order in which they were added. Cost: O(n-grams).
  std::vector<double> ImageScores() const;

 private:
  struct Image {
    NgramCounts candidate;
    std::vector<NgramCounts> references;
  };
  std::vector<Image> images_;
  std::vector<std::uint32_t> document_frequency_;  // by n-gram id
};

}  // namespace edgevlm
