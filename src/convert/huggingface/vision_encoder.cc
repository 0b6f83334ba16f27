#include "convert/huggingface/vision_encoder.h"

#include <algorithm>
#include <utility>

#include "convert/huggingface/limits.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr TensorRule kClipRules[] = {
    {"embeddings.patch_embedding", Module<modules::kPatchEmbedding>, Members::kWeight,
     Treatment::kCopied, Storage::kPatches},
    {"embeddings.class_embedding", Module<modules::kClassEmbedding>, Members::kValue},
    {"embeddings.position_embedding", Module<modules::kVisionPositions>, Members::kWeight,
     Treatment::kCopied, Storage::kFloat32},
    {"pre_layrnorm", Module<modules::kVisionPreNorm>, kWithBias},
};

constexpr TensorRule kSiglipRules[] = {
    {"embeddings.patch_embedding", Module<modules::kPatchEmbedding>, kWithBias, Treatment::kCopied,
     Storage::kFloat32},
    {"embeddings.position_embedding", Module<modules::kVisionPositions>, Members::kWeight,
     Treatment::kCopied, Storage::kFloat32},
    {"post_layernorm", Module<modules::kVisionPostNorm>, kWithBias},
};

constexpr TensorRule kBlockRules[] = {
    {"encoder.layers.#.layer_norm1", modules::VisionAttnNorm, kWithBias},
    {"encoder.layers.#.self_attn.q_proj", modules::VisionAttnQ, kWithBias},
    {"encoder.layers.#.self_attn.k_proj", modules::VisionAttnK, kWithBias},
    {"encoder.layers.#.self_attn.v_proj", modules::VisionAttnV, kWithBias},
    {"encoder.layers.#.self_attn.out_proj", modules::VisionAttnOutput, kWithBias},
    {"encoder.layers.#.layer_norm2", modules::VisionFfnNorm, kWithBias},
    {"encoder.layers.#.mlp.fc1", modules::VisionFfnUp, kWithBias},
    {"encoder.layers.#.mlp.fc2", modules::VisionFfnDown, kWithBias},
};

// The activations by their names in config.json.
struct VisionEncoderActivation {
  std::string_view name;
  bool is_gelu;
  bool is_silu;
};
constexpr VisionEncoderActivation kActivations[] = {
    {"quick_gelu", false, false},       {"gelu", true, false}, {"gelu_new", true, false},
    {"gelu_pytorch_tanh", true, false}, {"silu", false, true},
};

std::vector<float> ReadColors(JsonObject& config, std::string_view entry,
                              const std::array<float, 3>& defaults) {
  if (!config.Has(entry)) return {defaults.begin(), defaults.end()};
  return config.Numbers(entry, defaults.size());
}

}  // namespace

namespace {

// The side of a square, as a number or as [height, width].
int ReadSide(JsonObject& config, std::string_view entry, int max, int fallback) {
  const nlohmann::json* value = config.Find(entry);
  if (value == nullptr || !value->is_array()) return config.Int(entry, 1, max, fallback);
  const std::vector<float> sides = config.Numbers(entry, 2);
  if (!config.ok()) return 1;
  const float side = sides.front();
  if (side == sides.back() && side >= 1 && side <= static_cast<float>(max)) {
    return static_cast<int>(side);
  }
  config.Expect(entry, "two equal sides of 1 to " + std::to_string(max));
  return 1;
}

}  // namespace

VisionEncoderSizes ReadVisionEncoderSizes(JsonObject& config, const VisionEncoderSizes& defaults) {
  VisionEncoderSizes sizes;
  sizes.image = ReadSide(config, "image_size", kMaxExtent, defaults.image);
  sizes.patch = ReadSide(config, "patch_size", sizes.image, defaults.patch);
  sizes.width = config.Int("hidden_size", 1, kMaxExtent, defaults.width);
  sizes.hidden = config.Int("intermediate_size", 1, kMaxExtent, defaults.hidden);
  sizes.blocks = config.Int("num_hidden_layers", 1, kMaxExtent, defaults.blocks);
  sizes.heads = config.Int("num_attention_heads", 1, sizes.width, defaults.heads);
  sizes.epsilon = config.Number("layer_norm_eps", 1e-12, 1, defaults.epsilon);
  sizes.activation = config.String("hidden_act", defaults.activation);
  return sizes;
}

int ReadFeatureBlocks(JsonObject& config, std::string_view entry, const VisionEncoderSizes& sizes) {
  constexpr int kDefault = -2;
  const int layer = config.Int(entry, -sizes.blocks, sizes.blocks, kDefault);
  const int blocks = layer < 0 ? sizes.blocks + 1 + layer : layer;
  if (blocks < 1) config.Expect(entry, "a layer after the first block");
  return blocks;
}

Result<JsonObject> ReadImageProcessor(const std::string& folder) {
  constexpr std::string_view kEntry = "image_processor";
  auto processor = JsonObject::ReadIfThere(folder + "/processor_config.json");
  if (!processor) return processor.error();
  if (!processor->Has(kEntry)) {
    return JsonObject::ReadIfThere(folder + "/preprocessor_config.json");
  }
  JsonObject config = processor->Object(kEntry);
  if (!processor->ok()) return processor->error();
  return config;
}

MaybeError AddVisionEncoderKeys(const std::string& folder, const VisionEncoderSizes& sizes,
                                int blocks, int width, const ColorNorm& default_colors,
                                FilePlan& plan) {
  const auto* activation =
      std::ranges::find(kActivations, sizes.activation, &VisionEncoderActivation::name);
  if (activation == std::end(kActivations)) {
    return Error{
        ErrorCode::kUnsupported,
        folder +
            ": vision encoder: 'hidden_act': expected quick_gelu, gelu, gelu_pytorch_tanh or "
            "silu, found " +
            Printable(sizes.activation, kMaxQuotedValue)};
  }
  auto config = ReadImageProcessor(folder);
  if (!config) return config.error();
  std::vector<float> mean = ReadColors(*config, "image_mean", default_colors.mean);
  std::vector<float> deviation = ReadColors(*config, "image_std", default_colors.deviation);
  if (!config->ok()) return config->error();
  plan.Add(keys::kArchitecture, "clip");
  plan.Add(keys::kHasVisionEncoder, true);
  plan.Add(keys::kHasTextEncoder, false);
  plan.AddCount(keys::kProjectionDim, width);
  plan.AddCount(keys::kImageSize, sizes.image);
  plan.AddCount(keys::kPatchSize, sizes.patch);
  plan.AddCount(keys::kVisionEmbeddingLength, sizes.width);
  plan.AddCount(keys::kVisionFeedForwardLength, sizes.hidden);
  plan.AddCount(keys::kVisionBlockCount, blocks);
  plan.AddCount(keys::kVisionHeadCount, sizes.heads);
  plan.Add(keys::kVisionLayerNormEpsilon, static_cast<float>(sizes.epsilon));
  plan.Add(keys::kImageMean, std::move(mean));
  plan.Add(keys::kImageStd, std::move(deviation));
  plan.Add(keys::kUseGelu, activation->is_gelu);
  if (activation->is_silu) plan.Add(keys::kUseSilu, true);
  return std::nullopt;
}

void AddLlavaVisionEncoderKeys(int blocks, FilePlan& plan) {
  plan.Add(keys::kHasLlavaProjector, true);
  plan.Add(keys::kVisionFeatureLayer, std::vector<std::int32_t>{blocks});
  plan.Add(keys::kClassTokenFirst, true);
}

std::vector<std::string> VisionEncoderPrefixes(std::initializer_list<std::string_view> towers) {
  std::vector<std::string> prefixes;
  for (const std::string_view tower : towers) {
    prefixes.push_back(std::string(tower) + "vision_model.");
    prefixes.emplace_back(tower);
  }
  return prefixes;
}

RuleGroup ClipEmbeddings(std::vector<std::string> prefixes) {
  return {.prefixes = std::move(prefixes), .rules = kClipRules};
}

RuleGroup SiglipEmbeddings(std::vector<std::string> prefixes) {
  return {.prefixes = std::move(prefixes), .rules = kSiglipRules};
}

RuleGroup VisionEncoderBlocks(std::vector<std::string> prefixes, int blocks) {
  return {.prefixes = std::move(prefixes), .rules = kBlockRules, .blocks = blocks};
}

void DropUnreadBlocks(const std::vector<std::string>& prefixes, int blocks,
                      const VisionEncoderSizes& sizes, PlanBuilder& builder) {
  for (const std::string& prefix : prefixes) {
    for (int block = blocks; block < sizes.blocks; ++block) {
      builder.Drop(prefix + "encoder.layers." + std::to_string(block) + ".*");
    }
    builder.Drop(prefix + "post_layernorm.*");
  }
}

}  // namespace edgevlm
