// Average: interpolates between the weights of two runs.
#pragma once

#include <string>

#include "base/result.h"

namespace edgevlm::train {

struct AverageOptions {
  std::string first;    // folder of a run
  std::string second;   // folder of a run that started from the first one, with the same shape
  std::string out;      // folder of the run; train's --from takes it
  double weight = 0.5;  // of the second run, in [0, 1]; --share
};

// Fine-tuning forgets some of what the model knew. Models on the line between the weights before
// and after it often do well on both tasks (Wortsman et al. 2022, "WiSE-FT"). Writes the second
// run's run.json, and model.pt. Batch norm statistics are interpolated like weights; a head that a
// run is too old for counts as untrained there. Errors: kInvalid (weight), kNotFound, kCorrupt (a
// checkpoint, another shape), kIo.
MaybeError Average(const AverageOptions& options);

}  // namespace edgevlm::train
