// The projector of Gemma 3: average pooling, a norm, and one matrix.
#pragma once

#include "model/family.h"

namespace edgevlm {

// projector_type "gemma3". Reads mm.soft_emb_norm and mm.input_projection.
extern const ProjectorFamily kGemma3Projector;

}  // namespace edgevlm
