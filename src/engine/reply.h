// What a finished stream tells of its reply. For engine/ only.
#pragma once

#include "decode/generation.h"
#include "edgevlm/edgevlm.h"
#include "engine/model.h"

namespace edgevlm {

// Text, tokens, and how they came about; not the timings, and not the prompt.
void Describe(GenerationResult result, const Sequence& sequence, const Model& model, Reply& reply);

}  // namespace edgevlm
