// Pixel shuffle and one matrix (Laurencon et al. 2024, "Building and better understanding
// vision-language models", Idefics3; Marafioti et al. 2025, SmolVLM): tiles of places become one
// wide place each. Images are shown as tiles.
#pragma once

#include "model/family.h"

namespace edgevlm {

// type "idefics3". Reads mm.model.fc [D, E * s * s] with s = clip.vision.projector.scale_factor.
extern const ProjectorFamily kIdefics3;

}  // namespace edgevlm
