#include "model/vision/vit_weights.h"

#include <algorithm>

#include "gguf/names.h"
#include "kernels/conv/conv.h"
#include "model/layers.h"
#include "model/smoothing.h"
#include "model/vision/merged_rows.h"
#include "model/vision/read_preprocessing.h"
#include "model/vision/vit_keys.h"

namespace edgevlm {
namespace {

constexpr int kColors = 3;

// The extents read from keys.
struct Sizes {
  int width = 1;   // E
  int hidden = 1;  // F
  int blocks = 1;  // blocks to run
  float epsilon = 0;
};

// How many blocks to run: the file may name the one whose outputs are the features.
int ReadBlockCount(WeightReader& reader, const VisionEncoderUse& use) {
  const int blocks = reader.Int(keys::kVisionBlockCount, 1, ModelLimits::kBlocks);
  if (!reader.file().HasKey(keys::kVisionFeatureLayer)) {
    return std::max(0, blocks - use.unread_blocks);
  }
  return reader.Ints(keys::kVisionFeatureLayer, 1, 1, blocks)[0];
}

Sizes ReadSizes(WeightReader& reader, const VisionEncoderUse& use) {
  Sizes sizes;
  sizes.width = reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth);
  sizes.hidden = reader.Int(keys::kVisionFeedForwardLength, 1, ModelLimits::kWidth);
  sizes.blocks = ReadBlockCount(reader, use);
  sizes.epsilon = reader.Float(keys::kVisionLayerNormEpsilon, 1e-12f, 1.0f);
  return sizes;
}

Norm ReadNorm(WeightReader& reader, std::string_view module, const Sizes& sizes, std::string zone) {
  Norm norm = reader.ReadNorm(module, sizes.width, std::move(zone));
  norm.epsilon = sizes.epsilon;
  return norm;
}

std::optional<Norm> ReadOptionalNorm(WeightReader& reader, std::string_view module,
                                     const Sizes& sizes, std::string zone) {
  if (!reader.file().HasTensor(modules::Weight(module))) return std::nullopt;
  return ReadNorm(reader, module, sizes, std::move(zone));
}

std::optional<Norm> ReadPreNorm(WeightReader& reader, const VisionEncoderUse& use,
                                const Sizes& sizes) {
  if (use.variant) return std::nullopt;
  return ReadOptionalNorm(reader, modules::kVisionPreNorm, sizes, "vision_tower.pre_layernorm");
}

std::optional<Norm> ReadPostNorm(WeightReader& reader, const VisionEncoderUse& use,
                                 const Sizes& sizes) {
  constexpr const char* kZone = "vision_tower.post_layernorm";
  if (!use.variant) return ReadOptionalNorm(reader, modules::kVisionPostNorm, sizes, kZone);
  if (!use.variant->has_post_norm) return std::nullopt;
  return ReadNorm(reader, modules::kVisionPostNorm, sizes, kZone);
}

// The class token's place in files that do not say it is llama.cpp's, behind the patches.
void ReadClassToken(WeightReader& reader, const VisionEncoderUse& use, int width,
                    VitWeights& weights) {
  const std::string name(modules::kClassEmbedding);
  const bool has = use.variant ? use.variant->has_class_token : reader.file().HasTensor(name);
  if (has) weights.class_embedding = reader.Values(name, {width});
  weights.is_class_first = use.variant ? has : ReadVisionFlag(reader, keys::kClassTokenFirst);
}

void ReadEmbedding(WeightReader& reader, const VisionEncoderUse& use, int width,
                   VitWeights& weights) {
  const int patch = weights.grid.patch_size;
  const std::vector<float> values =
      reader.Values(modules::Weight(modules::kPatchEmbedding), {width, kColors, patch, patch});
  if (reader.ok()) {
    weights.patches = PackConv2d({values.data(), width, kColors * patch * patch}, patch);
  }
  const std::string bias = modules::Bias(modules::kPatchEmbedding);
  if (use.variant || reader.file().HasTensor(bias)) {
    weights.patch_bias = reader.Values(bias, {width});
  }
  ReadClassToken(reader, use, width, weights);
  weights.positions =
      reader.Values(modules::Weight(modules::kVisionPositions), {weights.rows(), width});
}

// Old LLaVA files swap the names of the two MLP matrices.
bool AreMlpNamesSwapped(const GgufFile& file, int block, const Sizes& sizes) {
  const GgufTensor* down = file.FindTensor(modules::Weight(modules::VisionFfnDown(block)));
  return down != nullptr && sizes.hidden != sizes.width &&
         down->view.shape == Shape{sizes.hidden, sizes.width};
}

// The last matrix of a half of a block. scale: its layer scale, if the family has one.
Linear ReadLastLinear(WeightReader& reader, std::string_view module, const std::string& scale,
                      const Shape& shape, std::string zone, WeightReader::Fineness fineness) {
  if (!scale.empty()) {
    return reader.ReadScaledLinear(module, modules::Weight(scale), shape, std::move(zone),
                                   fineness);
  }
  return reader.ReadLinear(module, shape, std::move(zone), {.fineness = fineness});
}

VitBlock ReadBlock(WeightReader& reader, int block, const Sizes& sizes, const VitVariant& variant) {
  using Fineness = WeightReader::Fineness;
  const std::string attn_scale = variant.has_layer_scale ? modules::VisionAttnScale(block) : "";
  const std::string mlp_scale = variant.has_layer_scale ? modules::VisionFfnScale(block) : "";
  const std::string zone = "vision_tower.layers." + std::to_string(block);
  const int width = sizes.width;
  const Shape tile = {width, width};
  VitBlock w;
  w.attn_norm = ReadNorm(reader, modules::VisionAttnNorm(block), sizes, zone + ".layer_norm1");
  const std::string q = modules::VisionAttnQ(block), k = modules::VisionAttnK(block),
                    v = modules::VisionAttnV(block);
  const std::vector<float> attn_factors = SmoothNorm(reader, {q, k, v}, w.attn_norm);
  // One scale a row is not exact enough for values and attention outputs (docs/performance.md).
  w.attn_q = reader.ReadLinear(q, tile, zone + ".self_attn.q_proj",
                               {.fineness = Fineness::kRows, .factors = attn_factors});
  w.attn_k =
      reader.ReadLinear(k, tile, zone + ".self_attn.k_proj",
                        {.bias = variant.has_key_bias ? BiasRule::kRequired : BiasRule::kNone,
                         .fineness = Fineness::kRows,
                         .factors = attn_factors});
  w.attn_v = reader.ReadLinear(v, tile, zone + ".self_attn.v_proj", {.factors = attn_factors});
  w.attend_zone = zone + ".self_attn.attention";
  w.merge_zone = zone + ".token_merging";
  w.attn_output = ReadLastLinear(reader, modules::VisionAttnOutput(block), attn_scale, tile,
                                 zone + ".self_attn.out_proj", Fineness::kBlocks);
  w.mlp_norm = ReadNorm(reader, modules::VisionFfnNorm(block), sizes, zone + ".layer_norm2");
  std::string up = modules::VisionFfnUp(block);
  std::string down = modules::VisionFfnDown(block);
  if (AreMlpNamesSwapped(reader.file(), block, sizes)) std::swap(up, down);
  const std::vector<float> mlp_factors = SmoothNorm(reader, {up}, w.mlp_norm);
  w.mlp_up = reader.ReadLinear(up, {sizes.hidden, width}, zone + ".mlp.fc1",
                               {.fineness = Fineness::kRows, .factors = mlp_factors});
  w.mlp_down = ReadLastLinear(reader, down, mlp_scale, {width, sizes.hidden}, zone + ".mlp.fc2",
                              Fineness::kRows);
  return w;
}

// Workspace values of one image: the patches, and for them and a class token six buffers of the
// width, one of the MLP, and two for int8 (Activations in vit.cc); plus what merging needs.
long long WorkspaceValues(const VitWeights& weights, const Sizes& sizes) {
  const PatchGrid& grid = weights.grid;
  const long long patch = 1LL * grid.patch_size * grid.patch_size * kColors;
  const int quants =
      QuantizedColumns(std::max(sizes.width, sizes.hidden)) + QuantizedColumns(sizes.width);
  const long long merging =
      weights.merged_tokens == 0
          ? 0
          : MergedRows::WorkspaceValues(grid.patches(), sizes.width / weights.heads);
  return grid.patches() * patch +
         (grid.patches() + 1) * (6LL * sizes.width + sizes.hidden + quants) + merging;
}

// Every block must find enough rows to merge.
void CheckMerging(WeightReader& reader, int blocks, VitWeights& weights) {
  const int most = MergedRows::MaxPerStep(weights.grid.patches(), blocks);
  if (weights.merged_tokens <= most) return;
  reader.Fail({ErrorCode::kInvalid, "tome: expected at most " + std::to_string(most) +
                                        " tokens per block for this vision encoder's " +
                                        std::to_string(weights.grid.patches()) + " patches and " +
                                        std::to_string(blocks) + " blocks, found " +
                                        std::to_string(weights.merged_tokens)});
}

}  // namespace

VitParts ReadVit(WeightReader& reader, const VisionEncoderUse& use, int merged_tokens) {
  VitParts parts;
  VitWeights& weights = parts.weights;
  VisionShape& shape = parts.shape;
  const Sizes sizes = ReadSizes(reader, use);
  const VitVariant variant = use.variant.value_or(VitVariant());
  shape.preprocessing = ReadPreprocessing(reader);
  if (reader.ok()) use.prepare(reader, shape.preprocessing);
  weights.grid = ReadPatchGrid(reader);
  weights.heads = ReadVisionHeads(reader, sizes.width);
  weights.activation = ReadVisionActivation(reader);
  if (variant.has_exact_gelu && weights.activation == Activation::kGelu) {
    weights.activation = Activation::kGeluErf;
  }
  weights.merged_tokens = merged_tokens;
  weights.gives_grid = use.reads_grid || merged_tokens == 0;
  weights.keeps_class_row = variant.keeps_class_row;
  if (reader.ok()) CheckMerging(reader, sizes.blocks, weights);
  shape.tokens = weights.grid.patches() + (variant.keeps_class_row ? 1 : 0) -
                 (weights.gives_grid ? 0 : merged_tokens * sizes.blocks);
  shape.width = sizes.width;
  shape.workspace_values = WorkspaceValues(weights, sizes);
  if (shape.workspace_values > ModelLimits::kWorkspaceValues) {
    reader.Fail({ErrorCode::kTooLarge, "model: vision encoder: expected at most " +
                                           std::to_string(ModelLimits::kWorkspaceValues) +
                                           " values in flight, found " +
                                           std::to_string(shape.workspace_values)});
  }
  ReadEmbedding(reader, use, sizes.width, weights);
  weights.pre_norm = ReadPreNorm(reader, use, sizes);
  for (int i = 0; i < sizes.blocks && reader.ok(); ++i) {
    weights.blocks.push_back(ReadBlock(reader, i, sizes, variant));
  }
  weights.post_norm = ReadPostNorm(reader, use, sizes);
  if (use.variant) reader.RefuseUnread("v.", variant.projector_tensors);
  return parts;
}

}  // namespace edgevlm
