#include "engine/reply/profile_parts.h"

#include "base/cpu_name.h"
#include "base/machine_state.h"

namespace edgevlm {

void DescribeEngine(const EngineState& engine, Profile& profile) {
  const ModelInfo& info = engine.model.info;
  profile.machine = {
      .cpu = CpuName(), .threads = info.threads, .instruction_set = info.instruction_set};
  profile.model = {.name = info.name,
                   .architecture = info.architecture,
                   .vision_encoder = info.vision_encoder,
                   .projector = info.projector,
                   .parameters = info.parameters,
                   .file_bytes = info.file_bytes};
}

void StepCounters::Sample(int tokens, double ms, std::size_t cache_bytes, Profiler& profiler) {
  using Counter = Profiler::Counter;
  profiler.Count(Counter::kCache, static_cast<double>(cache_bytes));
  profiler.Count(Counter::kActivations, profiler.memory().peak);
  if (tokens > 0 && ms > 0) profiler.Count(Counter::kTokensPerSecond, 1e3 * tokens / ms);
  // Reading these takes as long as hundreds of zones.
  constexpr double kSampleEveryMs = 100;
  if (since_sample_.Milliseconds() < kSampleEveryMs) return;
  since_sample_ = {};
  if (const auto memory = ReadMemoryUse(0)) {
    profiler.Count(Counter::kResident, static_cast<double>(memory->used_bytes));
  }
  if (const auto celsius = ReadTemperature()) profiler.Count(Counter::kTemperature, *celsius);
}

}  // namespace edgevlm
