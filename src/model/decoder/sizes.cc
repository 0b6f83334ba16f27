#include "model/decoder/sizes.h"

#include <algorithm>
#include <string>

#include "gguf/names.h"
#include "kernels/attention/attention.h"

namespace edgevlm {
namespace {

std::vector<int> ReadExits(WeightReader& reader, std::string_view architecture, int blocks) {
  const std::string key = keys::ExitLayers(architecture);
  if (!reader.file().HasKey(key)) return {};
  Result<std::vector<int>> exits = reader.file().Ints(key);
  if (!exits) {
    reader.Fail(exits.error());
    return {};
  }
  if (!AreExits(*exits, blocks)) {
    reader.Fail({ErrorCode::kInvalid, "model: key '" + key +
                                          "': expected increasing numbers from 1 to " +
                                          std::to_string(blocks - 1)});
  }
  return *std::move(exits);
}

}  // namespace

DecoderSizes ReadDecoderSizes(WeightReader& reader, std::string_view architecture) {
  DecoderSizes sizes;
  DecoderShape& shape = sizes.shape;
  shape.context = reader.Int(keys::ContextLength(architecture), 1, ModelLimits::kContext);
  // A quarter, so that queries, keys and values side by side stay within the limit too.
  shape.width = reader.Int(keys::EmbeddingLength(architecture), 1, ModelLimits::kWidth / 4);
  shape.blocks = reader.Int(keys::BlockCount(architecture), 1, ModelLimits::kBlocks);
  shape.exits = ReadExits(reader, architecture, shape.blocks);
  shape.heads = reader.Int(keys::HeadCount(architecture), 1, shape.width);
  shape.kv_heads = shape.heads;
  shape.vocabulary = reader.FirstExtent(modules::Weight(modules::kTokenEmbedding), shape.width,
                                        ModelLimits::kVocabulary);
  sizes.hidden = reader.Int(keys::FeedForwardLength(architecture), 1, ModelLimits::kWidth);
  return sizes;
}

int DividedHeadWidth(WeightReader& reader, std::string_view architecture,
                     const DecoderShape& shape) {
  const int head_width = shape.width / shape.heads;
  if (shape.width % shape.heads != 0 || head_width > kMaxHeadWidth) {
    reader.Fail({ErrorCode::kUnsupported,
                 "model: key '" + keys::HeadCount(architecture) +
                     "': expected a divisor of the width " + std::to_string(shape.width) +
                     " that leaves at most " + std::to_string(kMaxHeadWidth) + " per head, found " +
                     std::to_string(shape.heads)});
  }
  return head_width;
}

void CheckCacheBytes(WeightReader& reader, const DecoderShape& shape) {
  const int positions = std::min(shape.context, Decoder::kUsualPositions);
  const long long bytes = shape.CacheBytes(positions);
  if (bytes <= ModelLimits::kCacheBytes) return;
  reader.Fail({ErrorCode::kTooLarge, "model: cache of one sequence: expected at most " +
                                         std::to_string(ModelLimits::kCacheBytes) +
                                         " bytes, found " + std::to_string(bytes)});
}

TokenMatrices ReadTokenMatrices(WeightReader& reader, const DecoderShape& shape) {
  TokenMatrices matrices;
  const Shape extents = {shape.vocabulary, shape.width};
  matrices.output.zone = "language_model.lm_head";
  const std::string embeddings = modules::Weight(modules::kTokenEmbedding);
  const std::string output = modules::Weight(modules::kOutput);
  const bool is_tied = !reader.file().HasTensor(output);
  if (!is_tied) matrices.embeddings = reader.ReadWeight(embeddings, extents);
  matrices.output.tensor = is_tied ? embeddings : output;
  matrices.output.weight = reader.ReadWeight(matrices.output.tensor, extents);
  return matrices;
}

}  // namespace edgevlm
