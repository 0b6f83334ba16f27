// What the profiles of sessions and of schedulers have in common.
#pragma once

#include "base/stopwatch.h"
#include "edgevlm/profiler.h"
#include "engine/engine_state.h"
#include "profile/profiler.h"

namespace edgevlm {

// Writes the machine, without its limits, and the model.
void DescribeEngine(const EngineState& engine, Profile& profile);

// Samples the counters of a profile. Threads: one at a time.
class StepCounters {
 public:
  // After a step of the decoder that took so long and chose so many tokens. cache_bytes: of all
  // sequences that run.
  void Sample(int tokens, double ms, std::size_t cache_bytes, Profiler& profiler);

 private:
  Stopwatch since_sample_;  // of the machine's state
};

}  // namespace edgevlm
