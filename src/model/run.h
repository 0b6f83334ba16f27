// Run: what every step of a forward pass is given besides its data.
#pragma once

#include "base/thread_pool.h"
#include "profile/profiler.h"

namespace edgevlm {

// Passed by reference, owns nothing.
struct Run {
  ThreadPool& pool;
  Profiler* profiler = nullptr;  // null: nothing is recorded
  // Whether activations become int8 for weights that have levels; else all products are float32.
  bool int8 = false;
};

}  // namespace edgevlm
