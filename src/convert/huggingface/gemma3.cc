// Gemma3ForCausalLM and Gemma3ForConditionalGeneration: Gemma 3.
#include <algorithm>
#include <utility>

#include "convert/huggingface/gemma3_config.h"
#include "convert/huggingface/limits.h"
#include "convert/huggingface/vision_encoder.h"
#include "convert/huggingface/vocabulary.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kGemma3 = "gemma3";  // in GGUF
constexpr std::string_view kProjectionWeight = "mm.input_projection.weight";

constexpr TensorRule kGemma3HeadRules[] = {
    {"embed_tokens", Module<modules::kTokenEmbedding>},
    {"norm", Module<modules::kOutputNorm>, Members::kWeight, Treatment::kOneAdded},
};

constexpr TensorRule kGemma3BlockRules[] = {
    {"layers.#.input_layernorm", modules::AttnNorm, Members::kWeight, Treatment::kOneAdded},
    {"layers.#.self_attn.q_proj", modules::AttnQ},
    {"layers.#.self_attn.k_proj", modules::AttnK},
    {"layers.#.self_attn.v_proj", modules::AttnV},
    {"layers.#.self_attn.q_norm", modules::AttnQNorm, Members::kWeight, Treatment::kOneAdded},
    {"layers.#.self_attn.k_norm", modules::AttnKNorm, Members::kWeight, Treatment::kOneAdded},
    {"layers.#.self_attn.o_proj", modules::AttnOutput},
    {"layers.#.post_attention_layernorm", modules::AttnPostNorm, Members::kWeight,
     Treatment::kOneAdded},
    {"layers.#.pre_feedforward_layernorm", modules::FfnNorm, Members::kWeight,
     Treatment::kOneAdded},
    {"layers.#.mlp.gate_proj", modules::FfnGate},
    {"layers.#.mlp.up_proj", modules::FfnUp},
    {"layers.#.mlp.down_proj", modules::FfnDown},
    {"layers.#.post_feedforward_layernorm", modules::FfnPostNorm, Members::kWeight,
     Treatment::kOneAdded},
};

constexpr TensorRule kGemma3TiedOutputRules[] = {
    {"lm_head", Module<modules::kOutput>, Members::kMaybeWeight},
};
constexpr TensorRule kGemma3OutputRules[] = {{"lm_head", Module<modules::kOutput>}};

constexpr TensorRule kGemma3ProjectorRules[] = {
    {"mm_input_projection_weight", Module<kProjectionWeight>, Members::kValue},
    {"mm_soft_emb_norm", Module<modules::kSoftEmbeddingNorm>, Members::kWeight,
     Treatment::kOneAdded},
};

// SigLIP-so400m at 896 pixels, the vision encoder of all sizes.
const VisionEncoderSizes kSiglip896 = {.image = 896,
                                       .patch = 14,
                                       .width = 1152,
                                       .hidden = 4304,
                                       .blocks = 27,
                                       .heads = 16,
                                       .epsilon = 1e-6,
                                       .activation = "gelu_pytorch_tanh"};

Result<FilePlan> PlanGemma3Decoder(const ModelFolder& folder, JsonObject config, DType dtype) {
  const Gemma3Config sizes = ReadGemma3Config(config);
  if (!config.ok()) return config.error();
  PlanBuilder builder(folder.checkpoint, dtype);
  const std::vector<std::string> body = {"model.", "language_model.model.",
                                         "model.language_model."};
  builder.Apply({body, kGemma3HeadRules, 1});
  builder.Apply({body, kGemma3BlockRules, sizes.blocks});
  const std::span<const TensorRule> output(sizes.is_tied
                                               ? std::span(kGemma3TiedOutputRules)
                                               : std::span<const TensorRule>(kGemma3OutputRules));
  builder.Apply({{"", "language_model."}, output, 1});
  for (const char* other : {"vision_tower.*", "multi_modal_projector.*", "model.vision_tower.*",
                            "model.multi_modal_projector.*"}) {
    builder.Drop(other);
  }
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  plan.Add(keys::kArchitecture, std::string(kGemma3));
  AddGemma3Keys(sizes, kGemma3, plan);
  if (auto error = AddVocabulary(folder.path, config, sizes.vocabulary, plan)) return *error;
  plan.tensors = *std::move(tensors);
  return plan;
}

Result<FilePlan> PlanGemma3Text(ConversionSource& source) {
  return PlanGemma3Decoder(source.model, source.model.config, source.dtype);
}

Result<FilePlan> PlanGemma3TextOfVision(ConversionSource& source) {
  return PlanGemma3Decoder(source.model, source.model.config.Under("text_config"), source.dtype);
}

// Patches along a side that are averaged to one token. Failures are recorded in `config`.
int ReadPool(JsonObject& config, const VisionEncoderSizes& sizes) {
  const int tokens = config.Int("mm_tokens_per_image", 1, kMaxExtent, 256);
  const int side = sizes.image / sizes.patch;
  for (int pool = 1; pool <= side; ++pool) {
    if (side % pool == 0 && (side / pool) * (side / pool) == tokens) return pool;
  }
  config.Expect("mm_tokens_per_image", "a square that divides the " + std::to_string(side) + " x " +
                                           std::to_string(side) + " patches");
  return 1;
}

Result<FilePlan> PlanGemma3Vision(ConversionSource& source) {
  JsonObject& config = source.model.config;
  JsonObject vision = config.Object("vision_config");
  const VisionEncoderSizes sizes = ReadVisionEncoderSizes(vision, kSiglip896);
  const int pool = ReadPool(config, sizes);
  JsonObject text = config.Object("text_config");
  const int width = text.Int("hidden_size", 1, kMaxExtent, kGemma3DefaultWidth);
  for (const JsonObject* object : {&config, &vision, &text}) {
    if (!object->ok()) return object->error();
  }
  const std::vector<std::string> prefixes =
      VisionEncoderPrefixes({"vision_tower.", "model.vision_tower."});
  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply(SiglipEmbeddings(prefixes));
  builder.Apply(VisionEncoderBlocks(prefixes, sizes.blocks));
  builder.Apply(
      {{"multi_modal_projector.", "model.multi_modal_projector."}, kGemma3ProjectorRules});
  for (const char* other : {"language_model.*", "model.language_model.*", "lm_head.weight"}) {
    builder.Drop(other);
  }
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  if (auto error =
          AddVisionEncoderKeys(source.model.path, sizes, sizes.blocks, width, kHalfColors, plan)) {
    return *error;
  }
  plan.Add(keys::kProjectorType, std::string(kGemma3));
  plan.AddCount(keys::kProjectorScaleFactor, pool);
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kGemma3TextFamily = {
    .name = "Gemma3ForCausalLM", .plan_text = PlanGemma3Text, .plan_vision = nullptr};
const HuggingfaceFamily kGemma3Family = {.name = "Gemma3ForConditionalGeneration",
                                         .plan_text = PlanGemma3TextOfVision,
                                         .plan_vision = PlanGemma3Vision};

}  // namespace edgevlm
