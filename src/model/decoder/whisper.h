// Whisper (Radford et al. 2022): the decoder that reads the features of an audio encoder by
// cross-attention, and the encoder in the same file.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "cache/stored_rows.h"
#include "gguf/reader.h"
#include "model/audio/whisper_encoder.h"
#include "model/decoder.h"

namespace edgevlm {

// The keys and values of an encoder's rows in every block of a decoder, in float16. Threads: as
// SequenceCache.
class CrossCache {
 public:
  CrossCache(int blocks, int capacity, int heads, int head_width)
      : blocks_(static_cast<std::size_t>(blocks), HalfRows(capacity, heads, head_width)) {}

  int rows() const { return blocks_.front().rows(); }
  HalfRows& block(int index) { return blocks_[static_cast<std::size_t>(index)]; }
  const HalfRows& block(int index) const { return blocks_[static_cast<std::size_t>(index)]; }

 private:
  std::vector<HalfRows> blocks_;
};

// A decoder whose spans need TokenSpan::cross.
class CrossDecoder : public Decoder {
 public:
  // For features of at most so many rows.
  CrossCache MakeCrossCache(int rows) const {
    return {shape().blocks, rows, shape().heads, shape().head_width};
  }

  // Tokens after those in `cache`, about what `cross` holds.
  static TokenSpan Following(SequenceCache& cache, std::span<const int> tokens, int logits_rows,
                             const CrossCache& cross) {
    return {.cache = &cache,
            .first_position = cache.positions(),
            .tokens = tokens,
            .logits_rows = logits_rows,
            .cross = &cross};
  }

  // Replaces what `cross` holds by the keys and values of these features.
  //   features  [R, E], R at most the capacity of `cross`
  virtual void ReadFeatures(View<const float> features, CrossCache& cross, Workspace& workspace,
                            const Run& run) const = 0;

 protected:
  using Decoder::Decoder;
};

struct WhisperModel {
  std::unique_ptr<WhisperEncoder> encoder;
  std::unique_ptr<CrossDecoder> decoder;
};

// architecture "whisper". Errors: as for LoadDecoder (model/families.h); kUnsupported for another
// architecture.
Result<WhisperModel> LoadWhisper(const GgufFile& file, Packing packing = Packing::kExact);

// The decoder alone, with all matrices in int8: it guesses what the exact one will choose, from the
// same CrossCache. Errors: as above.
Result<std::unique_ptr<CrossDecoder>> LoadWhisperDrafter(const GgufFile& file);

}  // namespace edgevlm
