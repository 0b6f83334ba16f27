// The sizes that every decoder's file states, read and checked.
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
// attention.head_count and, where it is there, exit_layers, and the vocabulary from the shape of
// the embeddings. Every head is taken to have keys and values of its own; head_width is left to the
// family.
DecoderSizes ReadDecoderSizes(WeightReader& reader, std::string_view architecture);

// D / Hq. Fails where that is not a whole number, or over kMaxHeadWidth.
int DividedHeadWidth(WeightReader& reader, std::string_view architecture,
                     const DecoderShape& shape);

// Fails where the cache that a sequence takes, unless it says otherwise, is over
// ModelLimits::kCacheBytes.
void CheckCacheBytes(WeightReader& reader, const DecoderShape& shape);

// The matrices at both ends of a decoder. Output module "output" is optional: without it the
// embeddings do both (Press and Wolf 2017).
struct TokenMatrices {
  Weight embeddings;  // [V, D]; empty where the output does both
  Linear output;      // [V, D]

  const Weight& embedding_table() const {
    return embeddings.outputs() > 0 ? embeddings : output.weight;
  }
};
TokenMatrices ReadTokenMatrices(WeightReader& reader, const DecoderShape& shape);

}  // namespace edgevlm
