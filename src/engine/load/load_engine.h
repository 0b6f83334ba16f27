// Loads an engine: the model's files first, then threads and caches.
#pragma once

#include "engine/engine_state.h"

namespace edgevlm {

// Errors: as for Engine::Load. Starts the threads last: a pinned thread would pack weights alone.
Result<EngineState> LoadEngine(const ModelFiles& files, const EngineOptions& options);

}  // namespace edgevlm
