#include "engine/runtime.h"

#include <span>
#include <utility>

#include "base/machine_state.h"

namespace edgevlm {

Result<Runtime> Runtime::Start(const EngineOptions& options) {
  Runtime runtime;
  runtime.fast = options.precision != Precision::kFloat32;
  if (options.activation_stats != nullptr && runtime.fast) {
    return Error{ErrorCode::kInvalid,
                 "activation_stats: expected the precision f32, found another"};
  }
  runtime.activation_stats = options.activation_stats;
  std::span<const int> processors;
  if (options.pin) {
    Result<Pinning> pinning = Pinning::Make(options.threads);
    if (!pinning) return pinning.error();
    processors = runtime.pinning.emplace(*std::move(pinning)).processors();
  }
  runtime.pool = std::make_unique<ThreadPool>(options.threads, processors);
  if (options.decode_threads > 0 && options.decode_threads < options.threads) {
    runtime.decode_pool = std::make_unique<ThreadPool>(options.decode_threads, processors);
  }
  runtime.gate = std::make_unique<PriorityGate>();
  runtime.pressure_monitor = std::make_unique<PressureMonitor>(options.pressure);
  const int busy = options.decode_threads > 0 ? options.decode_threads : options.threads;
  const bool has_sensor = options.pressure.temperature_limit_celsius > 0 && ReadTemperature();
  if (has_sensor && busy > 1) {
    runtime.cool_pool = std::make_unique<ThreadPool>(busy / 2, processors);
  }
  if (options.image_cache_bytes > 0) {
    runtime.image_cache = std::make_unique<ImageCache>(options.image_cache_bytes);
  }
  if (options.prefix_cache_bytes > 0) {
    runtime.prefix_cache = std::make_unique<PrefixCache>(options.prefix_cache_bytes);
  }
  return runtime;
}

}  // namespace edgevlm
