// Phi-3 (Microsoft 2024, "Phi-3 Technical Report"): llama with q, k and v in one tensor, gate and
// up in another, other rotary angles for sequences beyond the original context, and a sliding
// window where the file has one below its context.
#pragma once

#include "model/family.h"

namespace edgevlm {

// architecture "phi3": Phi-3 mini and Phi-3.5, alone or behind Phi-3.5-Vision's image encoder.
// Errors: as LoadLlama; kUnsupported (a tensor of a block that other models of this architecture
// have).
extern const DecoderFamily kPhi3;

}  // namespace edgevlm
