// Score: running sums of how well replies fit their labels, and what follows from them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "eval/facts.h"

namespace edgevlm {

struct QuestionScore {
  int asked = 0;
  int right = 0;

  void Add(const QuestionScore& other);
  double Accuracy() const;  // in [0, 1]; 0 when nothing was asked
};

// Facts over all captions together, so that a caption of five things weighs more than one of one.
struct FactScore {
  std::int64_t stated = 0;     // by the captions
  std::int64_t true_ones = 0;  // of those, confirmed by the labels
  std::int64_t labeled = 0;    // by the labels

  void Add(const Facts& stated_facts, const Facts& labeled_facts);
  void Add(const FactScore& other);
  double Precision() const;  // true / stated
  double Recall() const;     // true / labeled
  double F1() const;         // their harmonic mean
};

// How likely the model finds the labels' captions.
struct LikelihoodScore {
  std::int64_t tokens = 0;
  double log_probability = 0;  // in nats, summed over the tokens

  void Add(const LikelihoodScore& other);
  double Perplexity() const;  // exp(-log_probability / tokens); 0 without tokens
};

// How far through the decoder the replies' tokens went.
struct DepthScore {
  std::int64_t tokens = 0;
  std::int64_t early = 0;   // of those, taken from an early exit
  std::int64_t blocks = 0;  // that they went through, in sum

  void Add(const DepthScore& other);
  double EarlyShare() const;      // in [0, 1]; 0 without tokens
  double BlocksPerToken() const;  // 0 without tokens
};

// Everything measured on a set of images under one condition.
struct Score {
  std::map<std::string, QuestionScore> questions;  // by kind
  FactScore facts;
  LikelihoodScore likelihood;
  DepthScore depth;

  void Add(const Score& other);
  QuestionScore AllQuestions() const;
};

}  // namespace edgevlm
