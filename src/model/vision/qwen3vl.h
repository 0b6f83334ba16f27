// The vision encoder of Qwen3-VL (Bai et al. 2025): layer norms, GELU, learned positions beside the
// rotary ones, and features of earlier blocks (DeepStack).
#pragma once

#include "model/family.h"

namespace edgevlm {

// encoder "qwen3vl": that of files whose projector is qwen3vl_merger. Reads what LoadGridVit reads.
extern const VisionFamily kQwen3VlVisionEncoder;

}  // namespace edgevlm
