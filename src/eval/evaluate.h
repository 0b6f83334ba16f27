// Evaluate: puts a dataset's questions to a model, lets it caption the images, and scores both.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "edgevlm/edgevlm.h"
#include "eval/dataset.h"
#include "eval/score.h"

namespace edgevlm {

// One reply and what was expected, for reading the mistakes.
struct Sample {
  std::string image;
  std::string kind;      // of the question; "caption" for captions
  std::string question;  // empty for captions
  std::string expected;  // the label's answer, or its facts
  std::string reply;
  bool right = false;  // the answer, or every fact and no other
};

struct EvaluateOptions {
  int workers = 1;      // images looked at side by side, at least 1
  bool blank = true;    // also ask about an image that is gray all over
  int max_tokens = 64;  // of each reply
  // Called after each image with how many are done, and for each reply about a real image; one
  // call at a time, from any worker's thread.
  std::function<void(int done, int total)> on_image;
  std::function<void(const Sample& sample)> on_sample;
};

struct Evaluation {
  int images = 0;
  Score seen;  // with the images
  std::optional<Score>
      blank;  // the same questions without: what guessing from the words alone gives
};

// Replies are greedy, so the same model and dataset always give the same scores. Answers are
// compared as NormalAnswer (words.h), captions as Facts (facts.h).
// Errors: an image that can not be read (names its file), what Session and Engine report.
// Cost: per image one encoding, one reply per question and one caption; twice that for the blank
// ones, except that a question asked before is not asked again. Threads: the workers share the
// engine, which should be loaded with one thread when there are several.
Result<Evaluation> Evaluate(const Engine& engine, const Dataset& dataset,
                            const EvaluateOptions& options);

}  // namespace edgevlm
