// Pixel shuffle and one matrix (Laurencon et al. 2024, "Building and better understanding
// vision-language models", Idefics3; Marafioti et al. 2025, SmolVLM): s x s patches become one wide
// row. Images are split into tiles.
#pragma once

#include "model/family.h"

namespace edgevlm {

// type "idefics3". Reads mm.model.fc [D, E * s * s] with s = clip.vision.projector.scale_factor.
extern const ProjectorFamily kIdefics3;

}  // namespace edgevlm
