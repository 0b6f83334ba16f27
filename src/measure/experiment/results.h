// The results of an experiment as files: JSON and CSV (docs/experiments.md).
#pragma once

#include <string>

#include "measure/experiment/finding.h"
#include "measure/experiment/run_experiment.h"
#include "measure/experiment/run_record.h"
#include "measure/experiment/spec.h"
#include "measure/experiment/summary.h"

namespace edgevlm {

struct ExperimentResults {
  Spec spec;
  RunRecord record;
  Summary summary;
  Finding finding;
  std::int64_t samples = 0;  // taken
  std::int64_t planned = 0;
  RunCost cost = {};  // of the last process only, where several took samples
};

std::string ResultsJson(const ExperimentResults& results);

// One line per condition and metric: variables, metric, samples, estimate, low, high.
std::string ResultsCsv(const ExperimentResults& results);

// For a terminal: the finding, the claim, and what failed.
std::string ResultsText(const ExperimentResults& results);

// One page for browsers that needs nothing else.
std::string ResultsHtml(const ExperimentResults& results);

}  // namespace edgevlm
