// GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners") and similar
// decoders: learned positions, layer norm before each half of a block, output matrix usually tied
// to the embeddings.
#pragma once

#include "kernels/activation/activation.h"
#include "model/family.h"

namespace edgevlm {

// The differences between these architectures.
struct Gpt2Traits {
  std::string_view architecture;  // prefix of the keys
  Activation activation = Activation::kGelu;
  bool has_fused_qkv = true;  // queries, keys and values come from one matrix
};

// Reads the keys that start with the architecture, token_embd, position_embd, blk.*, output_norm
// and, if present, output. Errors: as LoadDecoder; kUnsupported for another tensor of a block.
Result<std::unique_ptr<Decoder>> LoadGpt2(const GgufFile& file, const Gpt2Traits& traits,
                                          const DecoderOptions& options);

// architecture "gpt2".
extern const DecoderFamily kGpt2;

}  // namespace edgevlm
