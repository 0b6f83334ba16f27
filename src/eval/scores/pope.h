// POPE (Li et al. 2023, "Evaluating Object Hallucination in Large Vision-Language Models"): "Is
// there a X in the image?", where yes is the positive class.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace edgevlm {

enum class PopeRule {
  kOfficial,  // the text before the first full stop is "no" if one of its words is exactly No, no
              // or not, else "yes": "NO", "Nope" and the empty reply are "yes"
  kLmmsEval,  // the whole reply must be yes or no, whatever the case
};

// "yes" or "no"; lmms-eval: the reply in lower case, whatever it is.
std::string PopePrediction(std::string_view reply, PopeRule rule);

// Counts by which precision and recall are defined. A ratio of nothing is 0.
struct PopeCounts {
  std::int64_t rows = 0;
  std::int64_t right = 0;
  std::int64_t yes_labels = 0;
  std::int64_t yes_predictions = 0;
  std::int64_t true_positives = 0;
  std::int64_t false_positives = 0;
  std::int64_t false_negatives = 0;  // predicted exactly "no"

  void Add(bool label_is_yes, std::string_view prediction);
  double Accuracy() const;
  double Precision() const;
  double Recall() const;
  double F1() const;
};

}  // namespace edgevlm
