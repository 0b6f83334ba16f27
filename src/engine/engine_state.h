// The state of an Engine.
#pragma once

#include "edgevlm/edgevlm.h"
#include "engine/load/model.h"
#include "engine/runtime.h"

namespace edgevlm {

// Lives as long as the engine. Constant except for the runtime's pools and caches, which any thread
// may use.
struct EngineState {
  Model model;
  Runtime runtime;
};

struct Engine::State : EngineState {};

// For engine/ only; benchmarks use measured_engine.h.
const EngineState& StateOf(const Engine& engine);

}  // namespace edgevlm
