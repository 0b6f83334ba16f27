// The lightweight downsampling projector of MobileVLM (Chu et al. 2023, 2312.16886): an MLP and two
// depthwise-separable blocks with squeeze and excitation, the second of which halves the sides.
#pragma once

#include "model/family.h"

namespace edgevlm {

// type "ldp". Reads mm.model.mlp.1, mm.model.mlp.3 and mm.model.mb_block.1 and .2.
extern const ProjectorFamily kLdp;

}  // namespace edgevlm
