// The training loop.
#pragma once

#include "base/result.h"
#include "train/loop/options.h"

namespace edgevlm::train {

// Trains until the run's minutes are used up, then evaluates and prints the table to standard
// output. A folder that holds a checkpoint is gone on with; options.minutes may have grown since.
// Progress goes to standard error, one line per minute of it to FOLDER/log.jsonl. Errors: kInvalid
// (options), kNotFound (font), kIo, kCorrupt (checkpoint).
MaybeError Train(const TrainOptions& options);

// The evaluation alone, of the checkpoint in options.out. Errors: as Train; kNotFound also when no
// run is there.
MaybeError EvaluateRun(const TrainOptions& options);

}  // namespace edgevlm::train
