// Result<T> is part of the public API; internal code includes it through this header.
#pragma once

#include "base/check.h"
#include "edgevlm/result.h"
