// The vision encoder of Qwen2.5-VL (Bai et al. 2025): RMS norms, a gated MLP with SiLU, and windows
// in most blocks.
#pragma once

#include "model/family.h"

namespace edgevlm {

// encoder "qwen25vl": that of files whose projector is qwen2.5vl_merger. Reads what LoadGridVit
// reads.
extern const VisionFamily kQwen25VlVisionEncoder;

}  // namespace edgevlm
