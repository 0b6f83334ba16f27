// Score: running sums that compare replies with labels, and the metrics derived from them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "eval/facts.h"

namespace edgevlm {

struct QuestionScore {
  int asked = 0;
  int right = 0;

  void Add(const QuestionScore& other);
  double Accuracy() const;  // in [0, 1]; 0 if no question was asked
};

// Facts summed over all captions (micro-average), so a caption with five things weighs more than a
// caption with one.
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

// The likelihood of the labels' captions under the model.
struct LikelihoodScore {
  std::int64_t tokens = 0;
  double log_probability = 0;  // in nats, summed over the tokens

  void Add(const LikelihoodScore& other);
  double Perplexity() const;  // exp(-log_probability / tokens); 0 without tokens
};

// The depth of the decoder at which the replies' tokens were predicted.
struct DepthScore {
  std::int64_t tokens = 0;
  std::int64_t early = 0;   // of those, predicted at an early exit
  std::int64_t blocks = 0;  // decoder blocks run, summed over tokens

  void Add(const DepthScore& other);
  double EarlyFraction() const;   // in [0, 1]; 0 without tokens
  double BlocksPerToken() const;  // 0 without tokens
};

// How far the probabilities of answers are from how often the answers are right: the expected
// calibration error with equal bins (Guo et al. 2017, "On Calibration of Modern Neural Networks").
class CalibrationScore {
 public:
  static constexpr int kBins = 15;

  // probability: in [0, 1].
  void Add(double probability, bool right);
  void Add(const CalibrationScore& other);
  int answers() const;
  double Error() const;  // in [0, 1]; 0 without answers

 private:
  struct Bin {
    int answers = 0;
    int right = 0;
    double probability = 0;  // summed
  };
  std::array<Bin, kBins> bins_;
};

// Everything measured on a set of images under one condition.
struct Score {
  std::map<std::string, QuestionScore> questions;  // by kind
  FactScore facts;
  QuestionScore names;  // of the label's things, and how many of them the captions state
  LikelihoodScore likelihood;
  DepthScore depth;
  CalibrationScore calibration;  // of the answers to questions

  void Add(const Score& other);
  QuestionScore AllQuestions() const;
};

}  // namespace edgevlm
