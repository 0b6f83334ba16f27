// Evaluate: asks a model the questions of a dataset, has it caption the images, and scores both.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "edgevlm/edgevlm.h"
#include "eval/dataset.h"
#include "eval/score.h"

namespace edgevlm {

// One reply with the expected answer, for error analysis.
struct Sample {
  std::string image;
  std::string kind;      // of the question; "caption" for captions
  std::string question;  // empty for captions
  std::string expected;  // the label's answer, or its facts
  std::string reply;
  bool right = false;  // the expected answer, or exactly the expected facts
};

struct EvaluateOptions {
  int workers = 1;      // images evaluated in parallel, at least 1
  bool blank = true;    // also ask the questions about a uniformly gray image
  int max_tokens = 64;  // of each reply
  // Called after each image with the number of images done, and for each reply about a real image;
  // one call at a time, from any worker's thread.
  std::function<void(int done, int total)> on_image;
  std::function<void(const Sample& sample)> on_sample;
};

struct Evaluation {
  int images = 0;
  Score with_images;
  // The same questions about the gray image: the score of guessing from the text alone.
  std::optional<Score> blank;
};

// Decoding is greedy, so the same model and dataset always give the same scores. Answers are
// compared after NormalizeAnswer (words.h), captions by their Facts (facts.h). Errors: an image
// that cannot be read (names its file), those of Session and Engine. Cost: per image one encoding,
// one reply per question and one caption, and one more reply for each distinct question with
// `blank`. Threads: the workers share the engine; with several workers, load it with one thread.
Result<Evaluation> Evaluate(const Engine& engine, const Dataset& dataset,
                            const EvaluateOptions& options);

}  // namespace edgevlm
