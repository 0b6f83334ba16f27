// Generate: the step loop of one generation alone.
#pragma once

#include "decode/batch_decoder.h"

namespace edgevlm {

// Steps until the generation is finished. Chunks of Batch::kChunkRows rows, single tokens after.
GenerationResult Generate(BatchDecoder& batch_decoder, Generation& generation,
                          const ThreadGroups& thread_groups);

}  // namespace edgevlm
