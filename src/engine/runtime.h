// Runtime: the resources of an engine: threads, caches, and the pressure monitor.
#pragma once

#include <memory>
#include <optional>

#include "base/cores.h"
#include "base/priority_gate.h"
#include "decode/thread_groups.h"
#include "edgevlm/edgevlm.h"
#include "engine/prompt/prefix_cache.h"
#include "engine/reply/pressure_monitor.h"
#include "engine/vision/image_cache.h"
#include "engine/vision/tile_memory.h"

namespace edgevlm {

// Threads: any number may use one Runtime; loops on the same pool wait for each other.
struct Runtime {
  std::optional<Pinning> pinning;
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<ThreadPool> decode_pool;  // for single tokens; null: the same as pool
  std::unique_ptr<ThreadPool> cool_pool;    // for single tokens when hot; null: the same as those
  std::unique_ptr<PriorityGate> gate;       // encoder and decoder alternate
  std::unique_ptr<PressureMonitor> pressure_monitor;
  std::unique_ptr<ImageCache> image_cache;    // null: none is kept
  std::unique_ptr<PrefixCache> prefix_cache;  // null: none is kept
  std::unique_ptr<TileMemory> tile_memory;    // null: all tiles are encoded
  bool fast = true;  // rounded activations (model/run.h), unless float32 was requested
  ActivationStats* activation_stats = nullptr;

  // Starts the threads. options.threads is set. Errors: kInvalid, kIo (processors that are not
  // available); throws std::system_error if the system cannot start more threads.
  static Result<Runtime> Start(const EngineOptions& options);

  // The fastest threads for single tokens or, when the machine is hot, fewer.
  ThreadPool& SingleTokenPool() const {
    if (cool_pool != nullptr && pressure_monitor->IsHot()) return *cool_pool;
    return decode_pool == nullptr ? *pool : *decode_pool;
  }

  // The arguments of a forward pass; profiler: null for none.
  Run RunOn(ThreadPool& threads, Profiler* profiler) const {
    return {
        .pool = threads, .profiler = profiler, .fast = fast, .activation_stats = activation_stats};
  }
  Run PrefillRun(Profiler* profiler) const { return RunOn(*pool, profiler); }
  Run EncoderRun(Profiler* profiler) const {
    Run run = PrefillRun(profiler);
    run.gate = gate.get();
    return run;
  }
  ThreadGroups DecoderThreadGroups(Profiler* profiler) const {
    return {PrefillRun(profiler), RunOn(SingleTokenPool(), profiler)};
  }
};

}  // namespace edgevlm
