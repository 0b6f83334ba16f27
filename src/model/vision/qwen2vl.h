// The vision encoder of Qwen2-VL (Wang et al. 2024): layer norms, quick GELU.
#pragma once

#include "model/family.h"

namespace edgevlm {

// encoder "qwen2vl": that of files whose projector is qwen2vl_merger. Reads what LoadGridVit reads.
extern const VisionFamily kQwen2VlVisionEncoder;

}  // namespace edgevlm
