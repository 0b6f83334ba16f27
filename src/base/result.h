// Result<T> is part of the public API; inside the house it is included by this name.
#pragma once

#include "base/check.h"
#include "edgevlm/result.h"
