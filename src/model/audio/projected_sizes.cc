#include "model/audio/projected_sizes.h"

#include "gguf/names.h"

namespace edgevlm {

AudioSizes ReadProjectedSizes(WeightReader& reader) {
  AudioSizes sizes;
  sizes.bands = reader.Int(keys::kAudioMelBands, 1, AudioSizes::kMaxBands);
  sizes.width = reader.Int(keys::kAudioEmbeddingLength, 1, ModelLimits::kWidth / 4);
  sizes.hidden = reader.Int(keys::kAudioFeedForwardLength, 1, ModelLimits::kWidth);
  sizes.blocks = reader.Int(keys::kAudioBlockCount, 1, ModelLimits::kBlocks);
  sizes.heads = reader.Int(keys::kAudioHeadCount, 1, sizes.width);
  sizes.epsilon = reader.Float(keys::kAudioLayerNormEpsilon, 1e-12f, 1.0f);
  sizes.positions = reader.FirstExtent(modules::Weight(modules::kAudioPositions), sizes.width,
                                       ModelLimits::kWidth / 4);
  CheckHeads(reader, sizes, keys::kAudioHeadCount);
  return sizes;
}

}  // namespace edgevlm
