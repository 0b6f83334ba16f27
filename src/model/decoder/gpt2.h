// GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"): learned
// positions, layer norm before each half of a block, GELU, output matrix usually tied to the
// embeddings.
#pragma once

#include "model/family.h"

namespace edgevlm {

// architecture "gpt2". Reads gpt2.* keys, token_embd, position_embd, blk.*, output_norm and, if
// present, output.
extern const DecoderFamily kGpt2;

}  // namespace edgevlm
