// The evaluation at the end of a run: the fraction of correct replies on held-out images.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "train/data/sample.h"
#include "train/model/vlm.h"

namespace edgevlm::train {

// One row per kind of text.
struct KindScore {
  int texts = 0;
  int right = 0;  // greedy decoding gives the expected reply: each of its tokens is the argmax
};

struct Evaluation {
  std::array<KindScore, kTextKinds.size()> kinds;
  double caption_perplexity = 0;
  // Of each early exit: the fraction of reply tokens at which its argmax is that of the last block.
  std::vector<double> exits_agree;

  // Fraction of questions (without captions) that are answered correctly, in [0, 1].
  double QuestionsRight() const;
};

// next: returns the next batch. blank: every image is replaced by plain gray, to measure how much
// the model guesses from the text alone. The model is in training mode afterwards; its weights and
// statistics are unchanged.
Evaluation Evaluate(Vlm& model, const std::function<Batch()>& next, int batches, bool blank);

// A table of both evaluations, for people.
std::string TableText(const Evaluation& seeing, const Evaluation& blanked);

}  // namespace edgevlm::train
