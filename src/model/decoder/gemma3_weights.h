// Reads and checks the weights of a Gemma 3 file. For model/decoder/gemma3.cc.
#pragma once

#include <string>
#include <vector>

#include "gguf/reader.h"
#include "model/decoder/sizes.h"
#include "model/gated_hidden.h"
#include "model/layers.h"

namespace edgevlm {

struct Gemma3Block {
  RmsNormLayer attn_norm;
  Linear attn_q;        // [Hq * d, D]
  Linear attn_k;        // [Hkv * d, D]
  Linear attn_v;        // [Hkv * d, D]
  RmsNormLayer q_norm;  // [d], of each head
  RmsNormLayer k_norm;  // [d]
  std::string rope_zone;
  std::string attend_zone;
  Linear attn_output;  // [D, Hq * d]
  RmsNormLayer attn_post_norm;
  RmsNormLayer mlp_norm;
  GatedMlp mlp;
  RmsNormLayer mlp_post_norm;
};

struct Gemma3Weights {
  DecoderShape shape;                      // windows[N] > 0 makes block N a local one
  int hidden = 0;                          // F
  std::vector<double> local_frequencies;   // [d / 2], radians per position
  std::vector<double> global_frequencies;  // [r / 2]
  std::vector<Gemma3Block> blocks;
  RmsNormLayer output_norm;
  TokenMatrices tokens;
};

// Errors: as kGemma3.load.
Result<Gemma3Weights> ReadGemma3Weights(const GgufFile& file, std::string_view architecture,
                                        Packing packing);

}  // namespace edgevlm
