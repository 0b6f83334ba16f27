// The training loop.
#pragma once

#include "base/result.h"
#include "train/loop/options.h"

namespace edgevlm::train {

// Trains until the run's minutes are used up, then evaluates and prints the table to standard
// output. If the folder holds a checkpoint, training resumes from it; options.minutes may be larger
// than before. Progress goes to standard error, and once a minute as a line to FOLDER/log.jsonl.
// Errors: kInvalid (options), kNotFound (font), kIo, kCorrupt (checkpoint).
MaybeError Train(const TrainOptions& options);

// Evaluates the checkpoint in options.out. Errors: as Train; also kNotFound if there is no run.
MaybeError EvaluateRun(const TrainOptions& options);

}  // namespace edgevlm::train
