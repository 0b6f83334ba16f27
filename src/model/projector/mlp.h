// Two matrices with GELU between them (Liu et al. 2023, "Improved Baselines with Visual Instruction
// Tuning", LLaVA-1.5).
#pragma once

#include "model/family.h"

namespace edgevlm {

// type "mlp". Reads mm.0 [H, E] and mm.2 [D, H].
extern const ProjectorFamily kMlp;

}  // namespace edgevlm
