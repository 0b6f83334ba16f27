// The projector of InternVL (Chen et al. 2024, InternVL 1.5; Zhu et al. 2025, InternVL3): pixel
// shuffle, a norm and an MLP. An image is cut into the grid of tiles whose shape is nearest its
// own.
#pragma once

#include "model/family.h"

namespace edgevlm {

// projector_type "internvl". Reads mm.model.mlp.*.
extern const ProjectorFamily kInternVl;

}  // namespace edgevlm
