// Generate: the step loop of one stream alone.
#pragma once

#include "decode/stepper.h"

namespace edgevlm {

// Steps until the stream is finished. Chunks of Batch::kChunkRows rows, single tokens after.
Generation Generate(Stepper& stepper, Stream& stream, const Teams& teams);

}  // namespace edgevlm
