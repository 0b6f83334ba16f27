// Qwen2 (Yang et al. 2024): a llama whose queries, keys and values have biases and whose files
// store the halves of a head apart.
#pragma once

#include "model/family.h"

namespace edgevlm {

// architecture "qwen2": Qwen1.5, Qwen2, Qwen2.5.
extern const DecoderFamily kQwen2;

}  // namespace edgevlm
