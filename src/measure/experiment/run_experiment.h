// RunExperiment: takes the samples of an experiment, one by one, in the order of its plan.
#pragma once

#include <cstdint>
#include <functional>

#include "eval/datasets/manifest.h"
#include "measure/experiment/plan.h"
#include "measure/experiment/sample.h"
#include "measure/experiment/spec.h"

namespace edgevlm {

struct ExperimentRun {
  const Spec& spec;
  const Manifest* manifest = nullptr;  // null for workloads that read no items
  LoadModel load;
  EngineOptions base = {};  // where the spec says nothing
  std::uint64_t seed = 0;
  std::int64_t first = 0;  // index of the first sample to take
  // Called for each sample, before the next one; its errors end the run.
  std::function<MaybeError(const ExperimentSample&)> on_sample;
  // Called before each sample with the numbers of those taken before and of all; true ends the run.
  std::function<bool(std::int64_t done, std::int64_t all)> is_stopped;
};

// What the run took besides the samples.
struct RunCost {
  double sample_ms = 0;  // of the workloads
  double load_ms = 0;    // of models
  double own_ms = 0;     // everything else: reading items, writing samples
};

// The number of items that the experiment reads: at least 1.
int ItemsOf(const Spec& spec, const Manifest* manifest);

Plan PlanOf(const Spec& spec, int items, std::uint64_t seed);

// Each condition runs once to warm up after its model is loaded, unmeasured. A sample that fails is
// recorded with its error; so is every sample of a model that cannot be loaded. Errors: those of
// on_sample.
Result<RunCost> RunExperiment(const ExperimentRun& run);

}  // namespace edgevlm
