// Average: the weights between those of two runs.
#pragma once

#include <string>

#include "base/result.h"

namespace edgevlm::train {

struct AverageOptions {
  std::string first;   // folder of a run
  std::string second;  // of one that began with the first one's weights, so of the same shape
  std::string out;     // folder of the run; train's --from takes it
  double share = 0.5;  // of the second run, in [0, 1]
};

// A run that teaches something new forgets some of the old; on the straight line between its
// beginning and its end lie models that know more of both (Wortsman et al. 2022, "WiSE-FT"). Writes
// run.json, the second run's, and model.pt. Statistics are averaged as weights are.
// Errors: kInvalid (share), kNotFound, kCorrupt (a checkpoint, another shape), kIo.
MaybeError Average(const AverageOptions& options);

}  // namespace edgevlm::train
