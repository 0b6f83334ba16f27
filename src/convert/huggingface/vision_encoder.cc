#include "convert/huggingface/vision_encoder.h"

#include <algorithm>
#include <utility>

#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr int kMaxExtent = 1 << 20;

std::string Of(std::string_view module) { return std::string(module); }

constexpr Members kBoth = Members::kWeightAndBias;

constexpr TensorRule kClipRules[] = {
    {"embeddings.patch_embedding", [](int) { return Of(modules::kPatchEmbedding); },
     Members::kWeight, Treatment::kCopied, Storage::kPatches},
    {"embeddings.class_embedding", [](int) { return Of(modules::kClassEmbedding); },
     Members::kValue},
    {"embeddings.position_embedding", [](int) { return Of(modules::kVisionPositions); },
     Members::kWeight, Treatment::kCopied, Storage::kFloat32},
    {"pre_layrnorm", [](int) { return Of(modules::kVisionPreNorm); }, kBoth},
};

constexpr TensorRule kSiglipRules[] = {
    {"embeddings.patch_embedding", [](int) { return Of(modules::kPatchEmbedding); }, kBoth,
     Treatment::kCopied, Storage::kFloat32},
    {"embeddings.position_embedding", [](int) { return Of(modules::kVisionPositions); },
     Members::kWeight, Treatment::kCopied, Storage::kFloat32},
    {"post_layernorm", [](int) { return Of(modules::kVisionPostNorm); }, kBoth},
};

constexpr TensorRule kBlockRules[] = {
    {"encoder.layers.#.layer_norm1", modules::VisionAttnNorm, kBoth},
    {"encoder.layers.#.self_attn.q_proj", modules::VisionAttnQ, kBoth},
    {"encoder.layers.#.self_attn.k_proj", modules::VisionAttnK, kBoth},
    {"encoder.layers.#.self_attn.v_proj", modules::VisionAttnV, kBoth},
    {"encoder.layers.#.self_attn.out_proj", modules::VisionAttnOutput, kBoth},
    {"encoder.layers.#.layer_norm2", modules::VisionFfnNorm, kBoth},
    {"encoder.layers.#.mlp.fc1", modules::VisionFfnUp, kBoth},
    {"encoder.layers.#.mlp.fc2", modules::VisionFfnDown, kBoth},
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
                              const std::array<float, 3>& usual) {
  if (!config.Has(entry)) return {usual.begin(), usual.end()};
  return config.Numbers(entry, usual.size());
}

}  // namespace

VisionEncoderSizes ReadVisionEncoderSizes(JsonObject& config, const VisionEncoderSizes& usual) {
  VisionEncoderSizes sizes;
  sizes.image = config.Int("image_size", 1, kMaxExtent, usual.image);
  sizes.patch = config.Int("patch_size", 1, sizes.image, usual.patch);
  sizes.width = config.Int("hidden_size", 1, kMaxExtent, usual.width);
  sizes.hidden = config.Int("intermediate_size", 1, kMaxExtent, usual.hidden);
  sizes.blocks = config.Int("num_hidden_layers", 1, kMaxExtent, usual.blocks);
  sizes.heads = config.Int("num_attention_heads", 1, sizes.width, usual.heads);
  sizes.epsilon = config.Number("layer_norm_eps", 1e-12, 1, usual.epsilon);
  sizes.activation = config.String("hidden_act", usual.activation);
  return sizes;
}

int ReadFeatureBlocks(JsonObject& config, std::string_view entry, const VisionEncoderSizes& sizes) {
  constexpr int kUsual = -2;
  const int layer = config.Int(entry, -sizes.blocks, sizes.blocks, kUsual);
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
                                int blocks, int width, const ColorNorm& usual_colors,
                                FilePlan& plan) {
  const auto* activation =
      std::ranges::find(kActivations, sizes.activation, &VisionEncoderActivation::name);
  if (activation == std::end(kActivations)) {
    return Error{
        ErrorCode::kUnsupported,
        folder +
            ": vision encoder: 'hidden_act': expected quick_gelu, gelu, gelu_pytorch_tanh or "
            "silu, found " +
            Printable(sizes.activation, 40)};
  }
  auto config = ReadImageProcessor(folder);
  if (!config) return config.error();
  std::vector<float> mean = ReadColors(*config, "image_mean", usual_colors.mean);
  std::vector<float> deviation = ReadColors(*config, "image_std", usual_colors.deviation);
  if (!config->ok()) return config->error();
  const auto number = [](int value) { return static_cast<std::uint32_t>(value); };
  plan.Add(keys::kArchitecture, "clip");
  plan.Add(keys::kHasVisionEncoder, true);
  plan.Add(keys::kHasTextEncoder, false);
  plan.Add(keys::kProjectionDim, number(width));
  plan.Add(keys::kImageSize, number(sizes.image));
  plan.Add(keys::kPatchSize, number(sizes.patch));
  plan.Add(keys::kVisionEmbeddingLength, number(sizes.width));
  plan.Add(keys::kVisionFeedForwardLength, number(sizes.hidden));
  plan.Add(keys::kVisionBlockCount, number(blocks));
  plan.Add(keys::kVisionHeadCount, number(sizes.heads));
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
