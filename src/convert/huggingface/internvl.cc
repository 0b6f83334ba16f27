// InternVLForConditionalGeneration: InternVL3, 2.5 and 2 in the layout of transformers.
#include <utility>

#include "convert/huggingface/limits.h"
#include "convert/huggingface/llama_text.h"
#include "convert/huggingface/vision_encoder.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kPositionsWeight = "v.position_embd.weight";

constexpr TensorRule kInternVlEmbeddingRules[] = {
    {"embeddings.patch_embeddings.projection", Module<modules::kPatchEmbedding>, kWithBias,
     Treatment::kCopied, Storage::kPatches},
    {"embeddings.cls_token", Module<modules::kClassEmbedding>, Members::kValue,
     Treatment::kSqueezed, Storage::kFloat32},
    {"embeddings.position_embeddings", Module<kPositionsWeight>, Members::kValue,
     Treatment::kSqueezed, Storage::kFloat32},
};

constexpr TensorRule kInternVlBlockRules[] = {
    {"encoder.layer.#.layernorm_before", modules::VisionAttnNorm, kWithBias},
    {"encoder.layer.#.attention.q_proj", modules::VisionAttnQ, kWithBias},
    {"encoder.layer.#.attention.k_proj", modules::VisionAttnK, kWithBias},
    {"encoder.layer.#.attention.v_proj", modules::VisionAttnV, kWithBias},
    {"encoder.layer.#.attention.projection_layer", modules::VisionAttnOutput, kWithBias},
    {"encoder.layer.#.layernorm_after", modules::VisionFfnNorm, kWithBias},
    {"encoder.layer.#.mlp.fc1", modules::VisionFfnUp, kWithBias},
    {"encoder.layer.#.mlp.fc2", modules::VisionFfnDown, kWithBias},
};

// Layer scale: the tensors have no ".weight", in GGUF they do.
std::string AttnScaleWeight(int block) { return modules::Weight(modules::VisionAttnScale(block)); }
std::string FfnScaleWeight(int block) { return modules::Weight(modules::VisionFfnScale(block)); }
constexpr TensorRule kLayerScaleRules[] = {
    {"encoder.layer.#.lambda_1", AttnScaleWeight, Members::kValue},
    {"encoder.layer.#.lambda_2", FfnScaleWeight, Members::kValue},
};

constexpr TensorRule kInternVlProjectorRules[] = {
    {"layer_norm", Module<modules::kInternVlNorm>, kWithBias},
    {"linear_1", Module<modules::kInternVlFirst>, kWithBias},
    {"linear_2", Module<modules::kInternVlSecond>, kWithBias},
};

const LlamaLayout kInternVlText = {
    .architecture = "qwen2",
    .body_prefixes = {"language_model.model.", "model.language_model."},
    .output_prefixes = {"language_model.", ""},
    .permutes_rope = false,
    .dropped = {"vision_tower.*", "multi_modal_projector.*", "model.vision_tower.*",
                "model.multi_modal_projector.*"},
};

// InternViT-300M at 448 pixels.
const VisionEncoderSizes kInternVit = {.image = 448,
                                       .patch = 14,
                                       .width = 1024,
                                       .hidden = 4096,
                                       .blocks = 24,
                                       .heads = 16,
                                       .epsilon = 1e-6,
                                       .activation = "gelu"};

constexpr ColorNorm kImageNetColors = {{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};

Result<FilePlan> PlanInternVlText(ConversionSource& source) {
  return PlanLlamaTextConfig(source, kInternVlText);
}

// What the vision encoder and projector of larger models have and EdgeVLM's lack.
void RejectUnsupportedInternVl(JsonObject& config, JsonObject& vision) {
  if (vision.Bool("use_qk_norm", false)) vision.Expect("use_qk_norm", "false");
  if (!vision.Bool("attention_bias", true)) vision.Expect("attention_bias", "true");
  if (vision.String("norm_type", "layer_norm") != "layer_norm") {
    vision.Expect("norm_type", "\"layer_norm\"");
  }
  if (config.Int("vision_feature_layer", -kMaxExtent, kMaxExtent, -1) != -1) {
    config.Expect("vision_feature_layer", "-1");
  }
  if (config.String("vision_feature_select_strategy", "default") != "default") {
    config.Expect("vision_feature_select_strategy", "\"default\"");
  }
  if (config.String("projector_hidden_act", "gelu") != "gelu") {
    config.Expect("projector_hidden_act", "\"gelu\"");
  }
}

// How many patches along a side become one token: the inverse of "downsample_ratio".
int ReadShuffleScale(JsonObject& config) {
  const double ratio = config.Number("downsample_ratio", 1.0 / 64, 1, 0.5);
  const int scale = static_cast<int>(1 / ratio + 0.5);
  if (scale * ratio != 1) config.Expect("downsample_ratio", "1 / a whole number");
  return scale;
}

MaybeError AddTiles(const std::string& folder, FilePlan& plan) {
  constexpr int kMaxTiles = 64;
  auto processor = ReadImageProcessor(folder);
  if (!processor) return processor.error();
  const int min_tiles = processor->Int("min_patches", 1, kMaxTiles, 1);
  const int max_tiles = processor->Int("max_patches", min_tiles, kMaxTiles, 12);
  const bool cuts = processor->Bool("crop_to_patches", true);
  if (!processor->ok()) return processor->error();
  plan.AddCount(keys::kPreprocMinTiles, cuts ? min_tiles : 1);
  plan.AddCount(keys::kPreprocMaxTiles, cuts ? max_tiles : 1);
  return std::nullopt;
}

Result<FilePlan> PlanInternVlVision(ConversionSource& source) {
  JsonObject& config = source.model.config;
  JsonObject vision = config.Object("vision_config");
  const VisionEncoderSizes sizes = ReadVisionEncoderSizes(vision, kInternVit);
  RejectUnsupportedInternVl(config, vision);
  const int scale = ReadShuffleScale(config);
  JsonObject text = config.Object("text_config");
  const int width = text.Int("hidden_size", 1, kMaxExtent, 4096);
  for (const JsonObject* object : {&config, &vision, &text}) {
    if (!object->ok()) return object->error();
  }
  const std::vector<std::string> prefixes = {"vision_tower.", "model.vision_tower."};
  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply({prefixes, kInternVlEmbeddingRules});
  builder.Apply({prefixes, kInternVlBlockRules, sizes.blocks});
  builder.Apply({prefixes, kLayerScaleRules, sizes.blocks});
  builder.Apply(
      {{"multi_modal_projector.", "model.multi_modal_projector."}, kInternVlProjectorRules});
  for (const char* other : {"language_model.*", "model.language_model.*", "lm_head.weight"}) {
    builder.Drop(other);
  }
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  if (auto error = AddVisionEncoderKeys(source.model.path, sizes, sizes.blocks, width,
                                        kImageNetColors, plan)) {
    return *error;
  }
  plan.Add(keys::kProjectorType, "internvl");
  plan.AddCount(keys::kProjectorScaleFactor, scale);
  if (auto error = AddTiles(source.model.path, plan)) return *error;
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kInternVlFamily = {.name = "InternVLForConditionalGeneration",
                                           .plan_text = PlanInternVlText,
                                           .plan_vision = PlanInternVlVision};

}  // namespace edgevlm
