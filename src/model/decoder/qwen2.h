// Qwen2 (Yang et al. 2024): a llama with biases on queries, keys and values, whose files store the
// halves of a head separately.
#pragma once

#include "model/family.h"

namespace edgevlm {

// architecture "qwen2": Qwen1.5, Qwen2, Qwen2.5.
extern const DecoderFamily kQwen2;

}  // namespace edgevlm
