// Qwen2-VL and Qwen2.5-VL (Wang et al. 2024; Bai et al. 2025): a Qwen2 whose image tokens have the
// positions of a grid.
#pragma once

#include "model/family.h"

namespace edgevlm {

// architecture "qwen2vl". Reads what qwen2 reads, and rope.dimension_sections.
extern const DecoderFamily kQwen2Vl;

}  // namespace edgevlm
