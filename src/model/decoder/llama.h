// Llama (Touvron et al. 2023) and similar decoders: rotary positions, RMS norm before each half of
// a block, a gated MLP, heads that share keys and values (Ainslie et al. 2023, GQA).
#pragma once

#include <optional>

#include "kernels/rope/rope.h"
#include "model/decoder/grid_positions.h"
#include "model/family.h"
#include "model/weight_reader.h"

namespace edgevlm {

// The differences between these architectures.
struct LlamaTraits {
  std::string_view architecture;            // prefix of the keys
  RopePairs pairs = RopePairs::kNeighbors;  // how its files store queries and keys
  BiasRule qkv_bias = BiasRule::kOptional;
  bool has_head_norms = false;  // every head of q and k is normalized before it is rotated
  std::optional<AxisOrder> axes = std::nullopt;  // set: image tokens have positions in a grid
  bool is_fused = false;  // one tensor holds q, k and v, and one the gate and, below it, up
  // Whether long sequences have rotary angles of their own, and blocks a sliding window.
  bool has_long_sequences = false;
};

// Reads the keys that start with the architecture, token_embd, blk.*, output_norm and, if present,
// output (else the embeddings are used as output too) and rope_freqs. Errors: as LoadDecoder;
// kUnsupported for experts, heads whose values and keys differ in width, and scaled rotary
// positions other than linear ones.
Result<std::unique_ptr<Decoder>> LoadLlama(const GgufFile& file, const LlamaTraits& traits,
                                           const DecoderOptions& options);

// architecture "llama": Llama 1 to 3, TinyLlama, MobileLLaMA, Vicuna, SmolLM, SmolLM2, Mistral.
extern const DecoderFamily kLlama;

}  // namespace edgevlm
