// Run: the context of every step of a forward pass: threads, profiler, precision, cancellation.
#pragma once

#include <functional>

#include "base/priority_gate.h"
#include "base/thread_pool.h"
#include "profile/profiler.h"

namespace edgevlm {

class ActivationStats;

// Passed by reference, owns nothing.
struct Run {
  ThreadPool& pool;
  Profiler* profiler = nullptr;  // null: nothing is recorded
  // Whether products may round activations: to int8 for quantized weights, to bfloat16 in the
  // attention of a vision encoder. Else all products are float32.
  bool fast = false;
  ActivationStats* activation_stats = nullptr;  // of layers that multiply in float32; null: none
  PriorityGate* gate =
      nullptr;  // lets other work interrupt long passes; null: no work interrupts them

  // Tells whether a long pass is cancelled; null: never. Once true it stays so.
  const std::function<bool()>* is_over = nullptr;

  // Call between two blocks of a long pass. If true, the pass returns at once, and its output is
  // undefined.
  bool IsOver() const { return is_over != nullptr && (*is_over)(); }

  // Call between two blocks of a long pass.
  void Yield() const {
    if (gate == nullptr || !gate->is_wanted()) return;
    PROFILE_ZONE(profiler, "waiting");  // else it would count as time of the pass
    gate->Yield();
  }
};

}  // namespace edgevlm
