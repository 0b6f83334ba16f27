// The projector of Qwen3-VL (Bai et al. 2025): one merger for the features of the last block, and
// one more for each of some earlier blocks (DeepStack: Meng et al. 2024).
#pragma once

#include "model/family.h"

namespace edgevlm {

// type "qwen3vl_merger". Reads what LoadPatchMerger reads.
extern const ProjectorFamily kQwen3VlMerger;

}  // namespace edgevlm
