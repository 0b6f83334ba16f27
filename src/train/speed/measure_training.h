// Measures the speed of training: steps of each stage, drawing scenes, reading teacher outputs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "train/loop/options.h"

namespace edgevlm::train {

struct SpeedOptions {
  TrainOptions train;  // of the model and its steps; `out` and `from` are not used
  double seconds = 4;  // of each measurement, at least; one step or image is always measured
};

// Work that is repeated for each image.
struct ImageSpeed {
  std::string name;  // "encoder", "language", "joint"; "draw scenes", "read outputs"
  double images_per_s = 0;
  double gflop_per_image = 0;  // of products, 10^9; a multiplication and an addition are two. 0:
                               // not arithmetic
};

struct TrainingSpeed {
  std::int64_t parameters = 0;  // of the exported model
  int vocabulary = 0;
  double gflops_limit = 0;          // 10^9 per s, float32, of all compute threads (roofline/)
  std::vector<ImageSpeed> steps;    // of the stages, on --threads threads
  std::vector<ImageSpeed> samples;  // of one of --loaders threads, which work meanwhile

  // Of the limit; 0 if the limit is not known.
  double ShareOfLimit(const ImageSpeed& step) const;
};

// The batches of all steps are the same few, made before. Errors: those of Train.
// Cost: `seconds` five times at most, and a few seconds for the vocabulary and the limit.
Result<TrainingSpeed> MeasureTraining(const SpeedOptions& options);

// A table for people, with the hours that a million images take.
std::string SpeedTable(const TrainingSpeed& speed);
std::string SpeedJson(const TrainingSpeed& speed);

}  // namespace edgevlm::train
