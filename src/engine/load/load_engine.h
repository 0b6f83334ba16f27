// Loads what is behind an Engine: the model's files, then the threads and caches.
#pragma once

#include "engine/engine_state.h"

namespace edgevlm {

// Errors: as for Engine::Load. Threads start last: a pinned thread would pack weights alone.
Result<EngineState> LoadEngine(const ModelFiles& files, const EngineOptions& options);

}  // namespace edgevlm
