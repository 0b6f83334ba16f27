// ExperimentFolder: an experiment with its files: run.json, samples.jsonl, results.json,
// results.csv, report.html. docs/experiments.md describes them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "measure/experiment/results.h"
#include "measure/experiment/run_experiment.h"

namespace edgevlm {

struct FolderRun {
  Spec spec;
  std::string folder;  // made if it is not there
  const Manifest* manifest = nullptr;
  LoadModel load = {};
  EngineOptions base = {};  // where the spec says nothing
  RunRecord record = {};    // its spec, seed and items are set from the run
  std::uint64_t seed = 0;
  bool resume = false;  // go on with the samples in the folder; else there must be none
  std::function<bool(std::int64_t done, std::int64_t all)> is_stopped = {};
};

// Takes the samples that are missing and writes the results of all. A run that is stopped or killed
// leaves its samples; `resume` goes on with them, none lost and none twice. Errors: kInvalid (the
// folder has samples of another run, or samples and no `resume`), kIo (names the file), kCorrupt.
Result<ExperimentResults> RunInFolder(const FolderRun& run);

}  // namespace edgevlm
