// Run: what every step of a forward pass is given besides its data.
#pragma once

#include <functional>

#include "base/priority_gate.h"
#include "base/thread_pool.h"
#include "profile/profiler.h"

namespace edgevlm {

// Passed by reference, owns nothing.
struct Run {
  ThreadPool& pool;
  Profiler* profiler = nullptr;  // null: nothing is recorded
  // Whether activations may be rounded on their way into a product: to int8 for weights that have
  // levels, to bfloat16 in the attention of a vision encoder. Else all products are float32.
  bool fast = false;
  PriorityGate* gate =
      nullptr;  // of long passes, which other work may interrupt; null: nothing does

  // Of long passes, which may be given up; null: they are not. Once true it stays so.
  const std::function<bool()>* is_over = nullptr;

  // Between two blocks of a long pass: whether what it computes is wanted no more. The pass then
  // returns at once, and what it has written means nothing.
  bool IsOver() const { return is_over != nullptr && (*is_over)(); }

  // Between two blocks of a long pass.
  void Yield() const {
    if (gate != nullptr) gate->Yield();
  }
};

}  // namespace edgevlm
