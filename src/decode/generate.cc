#include "decode/generate.h"

namespace edgevlm {

GenerationResult Generate(BatchDecoder& batch_decoder, Generation& generation,
                          const ThreadGroups& thread_groups) {
  Generation* const generations[] = {&generation};
  while (!generation.finished()) batch_decoder.Step(generations, Batch::kChunkRows, thread_groups);
  return generation.MoveResult();
}

}  // namespace edgevlm
