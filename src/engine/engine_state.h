// What is behind an Engine.
#pragma once

#include "edgevlm/edgevlm.h"
#include "engine/load/model.h"
#include "engine/runtime.h"

namespace edgevlm {

// Lives as long as the engine. Constant, but for the pools and caches of the runtime, which are
// safe to use from any thread.
struct EngineState {
  Model model;
  Runtime runtime;
};

struct Engine::State : EngineState {};

// For the folders above engine/ that measure it.
const EngineState& StateOf(const Engine& engine);

}  // namespace edgevlm
