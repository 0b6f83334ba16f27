// The projector of Qwen2-VL (Wang et al. 2024).
#pragma once

#include "model/family.h"

namespace edgevlm {

// type "qwen2vl_merger". Reads what LoadPatchMerger reads.
extern const ProjectorFamily kQwen2VlMerger;

}  // namespace edgevlm
