// Reads the weights of Whisper's decoder from a file. Only whisper.cc includes this.
#pragma once

#include <string>
#include <vector>

#include "model/decoder/sizes.h"
#include "model/layers.h"
#include "model/weight_reader.h"

namespace edgevlm {

// Attention over the sequence itself, or over the encoder's rows.
struct WhisperAttention {
  Norm norm;
  Linear q;  // [D, D], like the others
  Linear k;
  Linear v;
  Linear output;
  std::string attend_zone;
};

struct WhisperBlock {
  WhisperAttention self;
  WhisperAttention cross;
  Norm mlp_norm;
  Linear mlp_up;    // [F, D]
  Linear mlp_down;  // [D, F]
};

struct WhisperWeights {
  DecoderShape shape;
  int hidden = 1;                // F
  std::vector<float> positions;  // [context, D]
  std::vector<WhisperBlock> blocks;
  Norm output_norm;
  TokenMatrices tokens;
};

// Reads, checks and packs. A failure stays in the reader; the weights are then undefined.
WhisperWeights ReadWhisperDecoder(WeightReader& reader);

}  // namespace edgevlm
