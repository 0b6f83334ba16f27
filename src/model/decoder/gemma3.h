// Gemma 3 (Google DeepMind 2025, "Gemma 3 Technical Report"): rotary positions, a gated MLP, a norm
// before and after each half of a block, and in most blocks a sliding window. The tokens of an
// image attend to each other in both directions.
#pragma once

#include "model/family.h"

namespace edgevlm {

// architecture "gemma3". Reads the keys that start with it, token_embd, blk.*, output_norm and, if
// present, output. Errors: as LoadDecoder; kUnsupported for soft caps and for what ReadHeads and
// ReadFrequencies reject.
extern const DecoderFamily kGemma3;

}  // namespace edgevlm
