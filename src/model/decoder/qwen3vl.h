// Qwen3-VL (Bai et al. 2025): biases gave way to norms of the heads of q and k, the axes of an
// image token's positions take turns among the rotated pairs, and the first blocks' outputs get
// features of earlier blocks of the vision encoder added (DeepStack: Meng et al. 2024).
#pragma once

#include "model/family.h"

namespace edgevlm {

// architecture "qwen3vl". Reads what llama reads, blk.*.attn_q_norm and attn_k_norm,
// rope.dimension_sections and n_deepstack_layers.
extern const DecoderFamily kQwen3Vl;

}  // namespace edgevlm
