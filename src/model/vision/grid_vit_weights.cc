#include "model/vision/grid_vit_weights.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "gguf/names.h"
#include "kernels/conv/conv.h"
#include "kernels/rope/rope.h"
#include "model/vision/read_preprocessing.h"
#include "model/vision/vit_keys.h"

namespace edgevlm {
namespace {

constexpr int kColorChannels = 3;
constexpr double kRopeBase = 1e4;

// F is not read from its key: published files store the decoder's width there.
struct GridVitSizes {
  int width = 1;
  int hidden = 1;
  int blocks = 1;
  float epsilon = 0;
};

GridVitSizes ReadGridVitSizes(WeightReader& reader) {
  GridVitSizes sizes;
  sizes.width = reader.Int(keys::kVisionEmbeddingLength, 4, ModelLimits::kWidth / 3);
  sizes.blocks = reader.Int(keys::kVisionBlockCount, 1, ModelLimits::kBlocks);
  sizes.epsilon = reader.Float(keys::kVisionLayerNormEpsilon, 1e-12f, 1.0f);
  sizes.hidden = reader.FirstExtent(modules::Weight(modules::VisionFfnUp(0)), sizes.width,
                                    ModelLimits::kWidth);
  return sizes;
}

void ReadPatchEmbedding(WeightReader& reader, GridVitWeights& weights) {
  const int patch = weights.merged.patch_size, values = kColorChannels * patch * patch;
  const Shape shape = {weights.width, kColorChannels, patch, patch};
  std::vector<float> sum = reader.Values(modules::Weight(modules::kPatchEmbedding), shape);
  const std::vector<float> second =
      reader.Values(std::string(modules::kSecondPatchEmbedding), shape);
  if (reader.ok()) {
    weights.frame_patches[0] = PackConv2d({sum.data(), weights.width, values}, patch);
    weights.frame_patches[1] = PackConv2d({second.data(), weights.width, values}, patch);
    std::ranges::transform(sum, second, sum.begin(), std::plus<>());
    weights.patches = PackConv2d({sum.data(), weights.width, values}, patch);
  }
  const std::string bias = modules::Bias(modules::kPatchEmbedding);
  if (reader.file().HasTensor(bias)) weights.patch_bias = reader.Values(bias, {weights.width});
}

// The table is a square of any side.
PositionTable ReadPositionTable(WeightReader& reader, int width) {
  const std::string name = modules::Weight(modules::kVisionPositions);
  const int places = reader.FirstExtent(name, width, kMaxPatches);
  PositionTable table;
  table.side = static_cast<int>(std::lround(std::sqrt(places)));
  if (table.side * table.side != places) {
    reader.Fail({ErrorCode::kInvalid, "model: tensor '" + name +
                                          "': expected a square of patches, found " +
                                          std::to_string(places)});
  }
  table.values = reader.Values(name, {places, width});
  return table;
}

// The first half of a head's angles is by the row, the second by the column, with the same
// frequencies.
void SetRotation(WeightReader& reader, GridVitWeights& weights) {
  const int width = weights.head_width();
  if (width % 4 != 0) {
    reader.Fail(InvalidVisionKey(keys::kVisionHeadCount,
                                 "heads of a multiple of 4 values, for rows and columns",
                                 std::to_string(width) + " values"));
    return;
  }
  weights.frequencies = RopeFrequencies({.rotated = width / 2, .base = kRopeBase});
  const std::size_t half = weights.frequencies.size();
  weights.axes.assign(half, 0);
  weights.axes.resize(2 * half, 1);
  const std::vector<double> rows = weights.frequencies;
  weights.frequencies.insert(weights.frequencies.end(), rows.begin(), rows.end());
}

class GridVitBlockReader {
 public:
  GridVitBlockReader(WeightReader& reader, const GridVitSizes& sizes, const GridVitTraits& traits)
      : reader_(reader), sizes_(sizes), traits_(traits) {}

  GridVitBlock Read(int block) {
    const std::string zone = "vision_tower.layers." + std::to_string(block);
    const int width = sizes_.width, hidden = sizes_.hidden;
    GridVitBlock w;
    w.attn_norm = ReadNorm(modules::VisionAttnNorm(block), zone + ".layer_norm1");
    w.attn_qkv = ReadQkv(block, zone + ".self_attn.qkv_proj");
    w.rope_zone = zone + ".self_attn.rotary_emb";
    w.attend_zone = zone + ".self_attn.attention";
    w.attn_output = reader_.ReadLinear(modules::VisionAttnOutput(block), {width, width},
                                       zone + ".self_attn.out_proj");
    w.mlp_norm = ReadNorm(modules::VisionFfnNorm(block), zone + ".layer_norm2");
    std::string up = modules::VisionFfnUp(block), down = modules::VisionFfnDown(block);
    if (AreMlpNamesSwapped(down)) std::swap(up, down);
    if (traits_.has_gated_mlp) {
      w.mlp_gate = reader_.ReadLinear(modules::VisionFfnGate(block), {hidden, width},
                                      zone + ".mlp.gate_proj");
    }
    w.mlp_up = reader_.ReadLinear(up, {hidden, width}, zone + ".mlp.up_proj");
    w.mlp_down = reader_.ReadLinear(down, {width, hidden}, zone + ".mlp.down_proj",
                                    {.fineness = WeightReader::Fineness::kRows});
    return w;
  }

  AnyNorm ReadNorm(std::string_view module, std::string zone) {
    if (traits_.has_rms_norms) {
      return RmsNormLayer{.zone = std::move(zone),
                          .gain = reader_.Values(modules::Weight(module), {sizes_.width}),
                          .epsilon = sizes_.epsilon};
    }
    Norm norm = reader_.ReadNorm(module, sizes_.width, std::move(zone));
    norm.epsilon = sizes_.epsilon;
    return norm;
  }

 private:
  std::vector<Linear> ReadQkv(int block, const std::string& zone) {
    const int width = sizes_.width;
    std::vector<Linear> qkv;
    if (traits_.has_fused_qkv) {
      qkv.push_back(reader_.ReadLinear(modules::VisionAttnQkv(block), {3 * width, width}, zone));
      return qkv;
    }
    for (const std::string& module :
         {modules::VisionAttnQ(block), modules::VisionAttnK(block), modules::VisionAttnV(block)}) {
      qkv.push_back(reader_.ReadLinear(module, {width, width}, zone));
    }
    return qkv;
  }

  // Old files have the names of the two MLP matrices exchanged.
  bool AreMlpNamesSwapped(std::string_view down) const {
    const GgufTensor* tensor = reader_.file().FindTensor(modules::Weight(down));
    return tensor != nullptr && sizes_.hidden != sizes_.width &&
           tensor->view.shape == Shape{sizes_.hidden, sizes_.width};
  }

  WeightReader& reader_;
  const GridVitSizes& sizes_;
  const GridVitTraits& traits_;
};

// Windows are given in pixels; every n-th block attends to the whole image.
void ReadWindows(WeightReader& reader, GridVitWeights& weights) {
  constexpr int kUsualPixels = 112;
  const int pattern = reader.Int(keys::kWindowPattern, 1, ModelLimits::kBlocks);
  const int pixels = reader.file().HasKey(keys::kWindowSize)
                         ? reader.Int(keys::kWindowSize, 1, ModelLimits::kImageSize)
                         : kUsualPixels;
  weights.window = pixels / weights.merged.token_side();
  if (reader.ok() && weights.window == 0) {
    reader.Fail(InvalidVisionKey(
        keys::kWindowSize,
        "at least the " + std::to_string(weights.merged.token_side()) + " pixels of a token",
        std::to_string(pixels)));
  }
  for (std::size_t i = 0; i < weights.blocks.size(); ++i) {
    weights.blocks[i].attends_in_windows = (i + 1) % static_cast<std::size_t>(pattern) != 0;
  }
}

}  // namespace

GridVitParts ReadGridVit(WeightReader& reader, const GridVitTraits& traits,
                         const VisionEncoderUse& use) {
  GridVitParts parts;
  GridVitWeights& weights = parts.weights;
  VisionShape& shape = parts.shape;
  const GridVitSizes sizes = ReadGridVitSizes(reader);
  weights.width = sizes.width;
  weights.merged = ReadMergedPatches(reader);
  weights.heads = ReadVisionHeads(reader, sizes.width);
  weights.activation = ReadVisionActivation(reader);
  shape.preprocessing = ReadPreprocessing(reader);
  if (!reader.ok()) return parts;
  use.prepare(reader, shape.preprocessing);
  SetRotation(reader, weights);
  ReadPatchEmbedding(reader, weights);
  if (traits.has_positions) weights.positions = ReadPositionTable(reader, sizes.width);
  GridVitBlockReader blocks(reader, sizes, traits);
  for (int i = 0; i < sizes.blocks && reader.ok(); ++i) weights.blocks.push_back(blocks.Read(i));
  weights.post_norm = blocks.ReadNorm(modules::kVisionPostNorm, "vision_tower.post_layernorm");
  if (traits.has_windows) ReadWindows(reader, weights);
  const std::vector<int> deepstack =
      traits.has_deepstack ? ReadDeepstackBlocks(reader) : std::vector<int>();
  // The projector reads v.deepstack.*, and refuses those that it does not.
  for (const char* prefix : {"v.blk.", "v.p", "v.class_embd"}) reader.RefuseUnread(prefix);
  if (!reader.ok()) return parts;
  for (const int block : deepstack) {
    weights.blocks[static_cast<std::size_t>(block)].gives_features = true;
  }
  shape.has_any_size = true;
  shape.width = sizes.width * (1 + static_cast<int>(deepstack.size()));
  return parts;
}

}  // namespace edgevlm
