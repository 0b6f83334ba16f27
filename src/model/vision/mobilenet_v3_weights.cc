#include "model/vision/mobilenet_v3_weights.h"

#include <algorithm>

#include "gguf/names.h"
#include "model/vision/read_preprocessing.h"

namespace edgevlm {
namespace {

// Workspace values of one image: the outputs of the blocks, and the largest intermediate of a block
// (or of the stem, with its windows).
long long WorkspaceValues(const MobileNetWeights& weights, int side) {
  const auto tile = [](int cells) { return 1LL * cells * cells; };
  const int stem_side = kStemWindow.Outputs(side);
  long long given_out = tile(stem_side) * weights.stem.outputs();
  long long inside = tile(stem_side) * kStemWindow.kernel * kStemWindow.kernel * kColors;
  for (const Bottleneck& block : weights.blocks) {
    given_out += tile(block.side_out) * block.project.weight.outputs();
    inside = std::max(inside, (tile(block.side) + tile(block.side_out)) * block.channels());
  }
  return given_out + inside;
}

constexpr int kMaxStride = 4;

// The keys of one block.
struct BlockKeys {
  int stride = 1;
  int kernel = 3;
  bool is_hard_swish = false;
};

std::vector<BlockKeys> ReadBlockKeys(WeightReader& reader) {
  const GgufKey* strides = reader.file().FindKey(keys::kMobileNetStride);
  const std::uint64_t count = strides == nullptr ? 1 : strides->count;
  if (count < 1 || count > ModelLimits::kBlocks) {
    reader.Fail({ErrorCode::kInvalid, "model: key '" + std::string(keys::kMobileNetStride) +
                                          "': expected 1 to " +
                                          std::to_string(ModelLimits::kBlocks) + " values, found " +
                                          std::to_string(count)});
    return {};
  }
  const auto stride = reader.Ints(keys::kMobileNetStride, count, 1, kMaxStride);
  const auto kernel = reader.Ints(keys::kMobileNetKernel, count, 1, 11);
  const auto hard_swish = reader.Bools(keys::kMobileNetHardSwish, count);
  std::vector<BlockKeys> blocks;
  for (std::size_t i = 0; i < count; ++i) {
    if (kernel[i] % 2 == 0) {
      reader.Fail({ErrorCode::kInvalid, "model: key '" + std::string(keys::kMobileNetKernel) +
                                            "': expected odd numbers, found " +
                                            std::to_string(kernel[i])});
    }
    blocks.push_back({stride[i], kernel[i], hard_swish[i]});
  }
  return blocks;
}

Squeeze ReadSqueeze(WeightReader& reader, int block, int channels, const std::string& zone) {
  const std::string reduce = modules::VisionSqueezeReduce(block);
  const int reduced = reader.FirstExtent(modules::Weight(reduce), channels, ModelLimits::kWidth);
  return {.reduce = reader.ReadLinear(reduce, {reduced, channels}, zone + ".squeeze.reduce"),
          .expand = reader.ReadLinear(modules::VisionSqueezeExpand(block), {channels, reduced},
                                      zone + ".squeeze.expand"),
          .zone = zone + ".squeeze"};
}

// inputs: Cin; side: of the input grid.
Bottleneck ReadBottleneck(WeightReader& reader, int block, const BlockKeys& keys, int inputs,
                          int side) {
  const std::string zone = "vision_tower.layers." + std::to_string(block);
  const std::string depthwise = modules::VisionDepthwise(block);
  const int area = keys.kernel * keys.kernel;
  const int channels =
      reader.FirstExtent(modules::Weight(depthwise), area, ModelLimits::kWidth);  // X

  Bottleneck w;
  w.side = side;
  w.window = {.kernel = keys.kernel, .stride = keys.stride};
  w.side_out = w.window.Outputs(side);
  w.activation = keys.is_hard_swish ? Activation::kHardSwish : Activation::kRelu;
  const std::string expand = modules::VisionExpand(block);
  if (channels != inputs || reader.file().HasTensor(modules::Weight(expand))) {
    w.expand = reader.ReadLinear(expand, {channels, inputs, 1, 1}, zone + ".expand");
  }
  const std::vector<float> taps =
      reader.Values(modules::Weight(depthwise), {channels, 1, keys.kernel, keys.kernel});
  if (reader.ok()) w.taps = PackDepthwise({taps.data(), channels, area});
  w.depthwise_bias = reader.Values(modules::Bias(depthwise), {channels});
  w.depthwise_zone = zone + ".depthwise";
  if (reader.file().HasTensor(modules::Weight(modules::VisionSqueezeReduce(block)))) {
    w.squeeze = ReadSqueeze(reader, block, channels, zone);
  }
  const std::string project = modules::VisionProject(block);
  const int outputs =
      reader.FirstExtent(modules::Weight(project), channels, ModelLimits::kWidth);  // Cout
  w.project = reader.ReadLinear(project, {outputs, channels, 1, 1}, zone + ".project");
  w.has_residual = keys.stride == 1 && inputs == outputs;
  return w;
}

// weights.stem and its bias.
void ReadStem(WeightReader& reader, MobileNetWeights& weights) {
  weights.stem_zone = "vision_tower.stem";
  const std::string name = modules::Weight(modules::kVisionStem);
  const int window_values = kStemWindow.kernel * kStemWindow.kernel * kColors;
  const int channels = reader.FirstExtent(name, window_values, ModelLimits::kWidth);
  const std::vector<float> values =
      reader.Values(name, {channels, kColors, kStemWindow.kernel, kStemWindow.kernel});
  weights.stem_bias = reader.Values(modules::Bias(modules::kVisionStem), {channels});
  if (!reader.ok()) return;
  weights.stem = PackConv2d({values.data(), channels, window_values}, kStemWindow.kernel);
}

}  // namespace

MobileNetV3Parts ReadMobileNetV3(WeightReader& reader) {
  MobileNetV3Parts parts;
  VisionShape& shape = parts.shape;
  MobileNetWeights& weights = parts.weights;
  shape.preprocessing = ReadPreprocessing(reader);
  shape.width = reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth);
  const std::vector<BlockKeys> block_keys = ReadBlockKeys(reader);

  ReadStem(reader, weights);
  int channels = weights.stem.outputs();
  int side = kStemWindow.Outputs(shape.preprocessing.size);
  for (int i = 0; i < static_cast<int>(block_keys.size()) && reader.ok(); ++i) {
    const BlockKeys& keys = block_keys[static_cast<std::size_t>(i)];
    weights.blocks.push_back(ReadBottleneck(reader, i, keys, channels, side));
    channels = weights.blocks.back().project.weight.outputs();
    side = weights.blocks.back().side_out;
  }
  weights.head =
      reader.ReadLinear(modules::kVisionHead, {shape.width, channels, 1, 1}, "vision_tower.head");
  shape.tokens = side * side;
  shape.workspace_values = WorkspaceValues(weights, shape.preprocessing.size);
  if (shape.workspace_values > ModelLimits::kWorkspaceValues) {
    reader.Fail({ErrorCode::kTooLarge, "model: vision encoder: expected at most " +
                                           std::to_string(ModelLimits::kWorkspaceValues) +
                                           " values in flight, found " +
                                           std::to_string(shape.workspace_values)});
  }
  return parts;
}

}  // namespace edgevlm
