// The evaluation at the end of a run: how many replies the model gets right on images it never
// saw.
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
  int right = 0;  // every token of the reply is the most likely one: what greedy decoding would say
};

struct Evaluation {
  std::array<KindScore, kTextKinds.size()> kinds;
  double caption_perplexity = 0;
  // Of each early exit: the share of the replies' tokens at which it says what the last block says.
  std::vector<double> exits_agree;

  // Share of all questions (captions left out) that are right, in [0, 1].
  double QuestionsRight() const;
};

// next: called for each of the batches. blank: every image is replaced by plain gray, to see how
// much the model only guesses. The model is in training mode afterwards, its weights and statistics
// as before.
Evaluation Evaluate(Vlm& model, const std::function<Batch()>& next, int batches, bool blank);

// A table with both, for people.
std::string TableText(const Evaluation& seeing, const Evaluation& blanked);

}  // namespace edgevlm::train
