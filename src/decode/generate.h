// Generate: the decoding loop for a single generation.
#pragma once

#include "decode/batch_decoder.h"

namespace edgevlm {

// Steps until the generation is finished: prompt chunks of Batch::kChunkRows rows, then single
// tokens.
GenerationResult Generate(BatchDecoder& batch_decoder, Generation& generation,
                          const ThreadGroups& thread_groups);

}  // namespace edgevlm
