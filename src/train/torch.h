// LibTorch, with our CHECK and DCHECK kept: its headers define macros of the same names.
#pragma once

#include "base/check.h"

#pragma push_macro("CHECK")
#pragma push_macro("DCHECK")
#undef CHECK
#undef DCHECK
#include <torch/torch.h>
#undef CHECK
#undef DCHECK
#pragma pop_macro("CHECK")
#pragma pop_macro("DCHECK")
