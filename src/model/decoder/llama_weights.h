// Reads and checks the weights of a llama file. For model/decoder/llama.cc.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gguf/reader.h"
#include "model/decoder/llama.h"
#include "model/decoder/sizes.h"
#include "model/gated_hidden.h"
#include "model/layers.h"

namespace edgevlm {

struct LlamaBlock {
  RmsNormLayer attn_norm;
  Linear attn_q;                       // [Hq * d, D]
  Linear attn_k;                       // [Hkv * d, D]
  Linear attn_v;                       // [Hkv * d, D]
  std::optional<RmsNormLayer> q_norm;  // of each head, [d]
  std::optional<RmsNormLayer> k_norm;
  std::string rope_zone;
  std::string attend_zone;
  Linear attn_output;  // [D, Hq * d]
  RmsNormLayer mlp_norm;
  GatedMlp mlp;
};

struct LlamaWeights {
  DecoderShape shape;
  int hidden = 0;  // F
  RopePairs pairs = RopePairs::kNeighbors;
  std::vector<double> frequencies;       // [r / 2], radians per position
  std::vector<double> long_frequencies;  // likewise, of long sequences; empty: the same
  float rotary_factor = 1;               // of all cosines and sines
  RotaryAxes axes;                       // [r / 2] for positions in a grid, else empty
  std::vector<LlamaBlock> blocks;
  RmsNormLayer output_norm;
  TokenMatrices tokens;

  int rotated() const { return 2 * static_cast<int>(frequencies.size()); }  // r
};

// Errors: as LoadLlama.
Result<LlamaWeights> ReadLlamaWeights(const GgufFile& file, const LlamaTraits& traits,
                                      Packing packing);

}  // namespace edgevlm
