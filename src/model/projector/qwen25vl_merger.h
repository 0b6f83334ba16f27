// The projector of Qwen2.5-VL (Bai et al. 2025).
#pragma once

#include "model/family.h"

namespace edgevlm {

// type "qwen2.5vl_merger". Reads what LoadPatchMerger reads.
extern const ProjectorFamily kQwen25VlMerger;

}  // namespace edgevlm
