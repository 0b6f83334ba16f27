// Reads and checks the sizes that every decoder's file states.
#pragma once

#include <string_view>

#include "model/decoder.h"
#include "model/weight_reader.h"

namespace edgevlm {

struct DecoderSizes {
  DecoderShape shape;
  int hidden = 0;  // F
};

// Reads `architecture`.context_length, embedding_length, block_count, feed_forward_length,
// attention.head_count and, if present, exit_layers, and the vocabulary from the shape of the
// embeddings. Assumes keys and values for every head; head_width is left to the family.
DecoderSizes ReadDecoderSizes(WeightReader& reader, std::string_view architecture);

// D / Hq. Fails if that is not a whole number, or over kMaxHeadWidth.
int DividedHeadWidth(WeightReader& reader, std::string_view architecture,
                     const DecoderShape& shape);

// Fails if the default cache of a sequence is over ModelLimits::kCacheBytes.
void CheckCacheBytes(WeightReader& reader, const DecoderShape& shape);

// The matrices at both ends of a decoder. Output module "output" is optional: without it, the
// embeddings serve as both (Press and Wolf 2017).
struct TokenMatrices {
  Weight embeddings;  // [V, D]; empty if the output serves as both
  Linear output;      // [V, D]

  const Weight& embedding_table() const {
    return embeddings.outputs() > 0 ? embeddings : output.weight;
  }
};
TokenMatrices ReadTokenMatrices(WeightReader& reader, const DecoderShape& shape);

}  // namespace edgevlm
