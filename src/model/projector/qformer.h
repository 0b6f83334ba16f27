// The projector of BLIP-2: the query transformer, or Q-Former (Li et al. 2023, "BLIP-2"). Learned
// queries read the features by cross-attention, so every image becomes as many embeddings as there
// are queries, whatever the number of its features.
#pragma once

#include "model/family.h"

namespace edgevlm {

// projector type "qformer", behind a ViT-g (EVA-CLIP: Sun et al. 2023) whose class token is a
// feature too. Reads v.proj_*.
extern const ProjectorFamily kQFormer;

}  // namespace edgevlm
