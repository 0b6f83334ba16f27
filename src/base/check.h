// Checks for our own mistakes. A failed CHECK means a bug in EdgeVLM, never bad input: it names the
// place and stops the process. What the outside world can get wrong is a Result (result.h).
#pragma once

#include "edgevlm/result.h"  // CheckFailed

// On in every build.
#define CHECK(condition)                               \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::edgevlm::CheckFailed(__FILE__, __LINE__, #condition))

// For inner loops: on in debug builds only. The condition is still compiled in release builds.
#ifdef NDEBUG
#define DCHECK(condition) static_cast<void>(sizeof((condition) ? 1 : 0))
#else
#define DCHECK(condition) CHECK(condition)
#endif
