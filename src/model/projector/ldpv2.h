// The lightweight downsampling projector of MobileVLM V2 (Chu et al. 2024, 2402.03766): an MLP, the
// mean of every 2 x 2 patches, and a depthwise convolution that encodes positions.
#pragma once

#include "model/family.h"

namespace edgevlm {

// type "ldpv2". Reads mm.model.mlp.0, mm.model.mlp.2 and mm.model.peg.0 [D, 1, 3, 3].
extern const ProjectorFamily kLdpV2;

}  // namespace edgevlm
