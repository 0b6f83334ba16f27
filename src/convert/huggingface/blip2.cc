// Blip2ForConditionalGeneration: BLIP-2 with OPT as its decoder.
#include <algorithm>
#include <utility>

#include "convert/huggingface/limits.h"
#include "convert/huggingface/opt_text.h"
#include "convert/huggingface/vision_encoder.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kPositionsTensor = "v.position_embd.weight";

constexpr TensorRule kViTgEmbeddingRules[] = {
    {"embeddings.patch_embedding", Module<modules::kPatchEmbedding>, kWithBias, Treatment::kCopied,
     Storage::kPatches},
    {"embeddings.class_embedding", Module<modules::kClassEmbedding>, Members::kValue,
     Treatment::kSqueezed, Storage::kFloat32},
    {"embeddings.position_embedding", Module<kPositionsTensor>, Members::kValue,
     Treatment::kSqueezed, Storage::kFloat32},
    {"post_layernorm", Module<modules::kVisionPostNorm>, kWithBias},
};

// The bias of the keys is left out: it is zero, and any other one would change all scores of a
// query by the same amount, which softmax ignores.
constexpr TensorRule kViTgBlockRules[] = {
    {"encoder.layers.#.layer_norm1", modules::VisionAttnNorm, kWithBias},
    {"encoder.layers.#.self_attn.qkv", modules::VisionAttnQ, kWithBias, Treatment::kQueryThird},
    {"encoder.layers.#.self_attn.qkv", modules::VisionAttnK, Members::kWeight,
     Treatment::kKeyThird},
    {"encoder.layers.#.self_attn.qkv", modules::VisionAttnV, kWithBias, Treatment::kValueThird},
    {"encoder.layers.#.self_attn.projection", modules::VisionAttnOutput, kWithBias},
    {"encoder.layers.#.layer_norm2", modules::VisionFfnNorm, kWithBias},
    {"encoder.layers.#.mlp.fc1", modules::VisionFfnUp, kWithBias},
    {"encoder.layers.#.mlp.fc2", modules::VisionFfnDown, kWithBias},
};

// TensorRule::target of part kPart of a block of the Q-Former.
constexpr std::string_view kSelfQ = "self_attn_q", kSelfK = "self_attn_k", kSelfV = "self_attn_v",
                           kSelfOut = "self_attn_out", kSelfNorm = "self_attn_norm",
                           kCrossQ = "cross_attn_q", kCrossK = "cross_attn_k",
                           kCrossV = "cross_attn_v", kCrossOut = "cross_attn_out",
                           kCrossNorm = "cross_attn_norm", kUp = "ffn_up", kDown = "ffn_down",
                           kMlpNorm = "ffn_norm";
template <const std::string_view& kPart>
std::string InQFormer(int block) {
  return modules::QFormerBlock(block, kPart);
}

constexpr TensorRule kQueryRules[] = {
    {"query_tokens", Module<modules::kQFormerQueries>, Members::kValue, Treatment::kSqueezed,
     Storage::kFloat32},
    {"qformer.layernorm", Module<modules::kQFormerNorm>, kWithBias},
    {"language_projection", Module<modules::kQFormerOutput>, kWithBias},
};
constexpr TensorRule kQFormerRules[] = {
    {"layer.#.attention.attention.query", InQFormer<kSelfQ>, kWithBias},
    {"layer.#.attention.attention.key", InQFormer<kSelfK>, kWithBias},
    {"layer.#.attention.attention.value", InQFormer<kSelfV>, kWithBias},
    {"layer.#.attention.output.dense", InQFormer<kSelfOut>, kWithBias},
    {"layer.#.attention.output.LayerNorm", InQFormer<kSelfNorm>, kWithBias},
    {"layer.#.intermediate_query.dense", InQFormer<kUp>, kWithBias},
    {"layer.#.output_query.dense", InQFormer<kDown>, kWithBias},
    {"layer.#.output_query.LayerNorm", InQFormer<kMlpNorm>, kWithBias},
};
constexpr TensorRule kCrossRules[] = {
    {"layer.#.crossattention.attention.query", InQFormer<kCrossQ>, kWithBias},
    {"layer.#.crossattention.attention.key", InQFormer<kCrossK>, kWithBias},
    {"layer.#.crossattention.attention.value", InQFormer<kCrossV>, kWithBias},
    {"layer.#.crossattention.output.dense", InQFormer<kCrossOut>, kWithBias},
    {"layer.#.crossattention.output.LayerNorm", InQFormer<kCrossNorm>, kWithBias},
};

// The branch of the Q-Former that reads texts, which only training uses.
constexpr const char* kTextBranch[] = {"qformer.embeddings.*",
                                       "qformer.encoder.layer.#.intermediate.*",
                                       "qformer.encoder.layer.#.output.*"};

const VisionEncoderSizes kViTg = {.image = 224,
                                  .patch = 14,
                                  .width = 1408,
                                  .hidden = 6144,
                                  .blocks = 39,
                                  .heads = 16,
                                  .epsilon = 1e-6,
                                  .activation = "gelu"};

struct QFormerSizes {
  int width = 1;
  int hidden = 1;
  int blocks = 1;
  int heads = 1;
  double epsilon = 1e-12;
};

// Defaults: those of transformers.
QFormerSizes ReadQFormerSizes(JsonObject& config) {
  QFormerSizes sizes;
  sizes.width = config.Int("hidden_size", 1, kMaxExtent, 768);
  sizes.hidden = config.Int("intermediate_size", 1, kMaxExtent, 3072);
  sizes.blocks = config.Int("num_hidden_layers", 1, kMaxExtent, 12);
  sizes.heads = config.Int("num_attention_heads", 1, sizes.width, 12);
  sizes.epsilon = config.Number("layer_norm_eps", 1e-12, 1, 1e-12);
  if (config.Int("cross_attention_frequency", 1, kMaxExtent, 2) != 2) {
    config.Expect("cross_attention_frequency", "2");
  }
  if (config.Bool("use_qformer_text_input", false)) {
    config.Expect("use_qformer_text_input", "false");
  }
  for (const auto& [entry, value] :
       {std::pair("hidden_act", "gelu"), std::pair("position_embedding_type", "absolute")}) {
    if (config.String(entry, value) != value) config.Expect(entry, std::string("\"") + value + '"');
  }
  return sizes;
}

// Also of "text_config": BLIP-2 with Flan-T5 has an encoder and a decoder.
JsonObject OptConfigOf(JsonObject& config) {
  JsonObject text = config.Object("text_config");
  if (text.String("model_type", "opt") != "opt") text.Expect("model_type", "\"opt\"");
  return text;
}

// An answer ends at the end of its line.
MaybeError AddNewlineAsEnd(const JsonObject& config, FilePlan& plan) {
  constexpr std::string_view kNewline = "\u010A";  // as byte-level BPE spells it
  const auto entry =
      std::ranges::find(plan.keys, keys::kTokens, &std::pair<std::string, GgufValue>::first);
  const auto& tokens = std::get<std::vector<std::string>>(entry->second);
  const auto newline = std::ranges::find(tokens, kNewline);
  if (newline == tokens.end()) {
    return Error{ErrorCode::kUnsupported,
                 config.where() + ": vocabulary: expected a token for a newline, found none"};
  }
  plan.AddCount(keys::kEotTokenId, static_cast<int>(newline - tokens.begin()));
  return std::nullopt;
}

Result<FilePlan> PlanBlip2Text(ConversionSource& source) {
  JsonObject& config = source.model.config;
  auto plan = PlanOptText(
      source, OptConfigOf(config),
      {.body_prefixes = {"language_model.model.decoder."},
       .output_prefixes = {"language_model."},
       .dropped = {"vision_model.*", "qformer.*", "query_tokens", "language_projection.*"}});
  if (!plan) return plan;
  if (auto error = AddNewlineAsEnd(config, *plan)) return *error;
  return plan;
}

void ApplyBlip2Rules(const VisionEncoderSizes& vision, const QFormerSizes& qformer,
                     PlanBuilder& builder) {
  const std::vector<std::string> encoder = {"vision_model."}, blocks = {"qformer.encoder."};
  builder.Apply({encoder, kViTgEmbeddingRules});
  builder.Apply({encoder, kViTgBlockRules, vision.blocks});
  builder.Apply({{""}, kQueryRules});
  builder.Apply({blocks, kQFormerRules, qformer.blocks});
  for (int block = 0; block < qformer.blocks; block += 2) {
    builder.Apply({blocks, kCrossRules, 1, block});
  }
  for (const char* pattern : kTextBranch) builder.Drop(pattern);
  builder.Drop("language_model.*");
}

void AddQFormerKeys(const QFormerSizes& sizes, FilePlan& plan) {
  plan.Add(keys::kProjectorType, "qformer");
  plan.Add(keys::kClassTokenFirst, true);
  plan.AddCount(keys::kQFormerEmbeddingLength, sizes.width);
  plan.AddCount(keys::kQFormerFeedForwardLength, sizes.hidden);
  plan.AddCount(keys::kQFormerBlockCount, sizes.blocks);
  plan.AddCount(keys::kQFormerHeadCount, sizes.heads);
  plan.Add(keys::kQFormerLayerNormEpsilon, static_cast<float>(sizes.epsilon));
}

Result<FilePlan> PlanBlip2Vision(ConversionSource& source) {
  JsonObject& config = source.model.config;
  JsonObject vision = config.Object("vision_config");
  const VisionEncoderSizes sizes = ReadVisionEncoderSizes(vision, kViTg);
  if (sizes.activation != "gelu") vision.Expect("hidden_act", "\"gelu\"");
  if (!vision.Bool("qkv_bias", true)) vision.Expect("qkv_bias", "true");
  JsonObject qformer = config.Object("qformer_config");
  const QFormerSizes qformer_sizes = ReadQFormerSizes(qformer);
  JsonObject text = OptConfigOf(config);
  const int width = text.Int("hidden_size", 1, kMaxExtent, 768);
  for (const JsonObject* object : {&config, &vision, &qformer, &text}) {
    if (!object->ok()) return object->error();
  }
  PlanBuilder builder(source.model.checkpoint, source.dtype);
  ApplyBlip2Rules(sizes, qformer_sizes, builder);
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  if (auto error =
          AddVisionEncoderKeys(source.model.path, sizes, sizes.blocks, width, kClipColors, plan)) {
    return *error;
  }
  AddQFormerKeys(qformer_sizes, plan);
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kBlip2Family = {.name = "Blip2ForConditionalGeneration",
                                        .plan_text = PlanBlip2Text,
                                        .plan_vision = PlanBlip2Vision};

}  // namespace edgevlm
