// Loads the drafter of a model's sessions.
#pragma once

#include "decode/batch_decoder.h"
#include "edgevlm/speculation.h"
#include "engine/load/model.h"

namespace edgevlm {

// Loads what the drafter needs into the model. Errors: kInvalid (options, blocks that the model
// does not have, a smaller model with another vocabulary), kUnsupported ("self" without trained
// exits), and those of loading a file, which they name.
MaybeError LoadDrafter(const SpeculationOptions& options, Model& model);

// The decoding loop for generations of this model, which must outlive it.
BatchDecoder MakeBatchDecoder(const Model& model);

}  // namespace edgevlm
