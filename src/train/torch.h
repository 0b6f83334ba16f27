// Includes LibTorch, but keeps our CHECK and DCHECK, of which its headers define macros too.
#pragma once

#include "base/check.h"

#pragma push_macro("CHECK")
#pragma push_macro("DCHECK")
#undef CHECK
#undef DCHECK
#include <torch/script.h>
#include <torch/torch.h>
#undef CHECK
#undef DCHECK
#pragma pop_macro("CHECK")
#pragma pop_macro("DCHECK")
