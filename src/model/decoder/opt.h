// OPT (Zhang et al. 2022, "OPT: Open Pre-trained Transformer Language Models"): GPT-2 with ReLU.
#pragma once

#include "model/family.h"

namespace edgevlm {

// architecture "opt": the sizes that normalize before each half of a block, which are all but 350M.
// position_embd begins with the vector of position 0, although OPT's own tables have two rows
// before it. Reads what gpt2 reads, with attn_q, attn_k and attn_v in place of attn_qkv.
extern const DecoderFamily kOpt;

}  // namespace edgevlm
