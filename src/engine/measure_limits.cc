// The limits of this machine for the threads of an engine.
#include <algorithm>

#include "edgevlm/edgevlm.h"
#include "engine/engine_state.h"
#include "roofline/roofline.h"

namespace edgevlm {

MachineLimits Engine::MeasureLimits() const {
  constexpr std::int64_t kLeastBytes = 1 << 20, kMostBytes = 256 << 20;
  const auto bytes = std::clamp(state_->model.info.file_bytes, kLeastBytes, kMostBytes);
  MachineLimits limits;
  for (const Limit& limit :
       MeasureRoofline({.probe_ms = 15, .memory_bytes = static_cast<std::size_t>(bytes)},
                       *state_->runtime.pool)) {
    for (std::size_t i = 0; i < limits.gflops.size(); ++i) {
      if (limit.name == ArithmeticName(static_cast<Arithmetic>(i))) {
        limits.gflops[i] = limit.all_threads;
      }
    }
    if (limit.name == "read memory") limits.gbytes = limit.all_threads;
  }
  return limits;
}

}  // namespace edgevlm
