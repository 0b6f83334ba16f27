#include "convert/huggingface/opt_text.h"

#include <algorithm>
#include <utility>

#include "convert/huggingface/limits.h"
#include "convert/huggingface/vocabulary.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kOptArchitecture = "opt";
constexpr float kOptEpsilon = 1e-5f;  // PyTorch's; folders do not store it

constexpr TensorRule kOptRules[] = {
    {"embed_tokens", Module<modules::kTokenEmbedding>},
    {"embed_positions", Module<modules::kPositionEmbedding>, Members::kWeight,
     Treatment::kWithoutTwoRows, Storage::kFloat32},
    {"layers.#.self_attn_layer_norm", modules::AttnNorm, kWithBias},
    {"layers.#.self_attn.q_proj", modules::AttnQ, kWithBias},
    {"layers.#.self_attn.k_proj", modules::AttnK, kWithBias},
    {"layers.#.self_attn.v_proj", modules::AttnV, kWithBias},
    {"layers.#.self_attn.out_proj", modules::AttnOutput, kWithBias},
    {"layers.#.final_layer_norm", modules::FfnNorm, kWithBias},
    {"layers.#.fc1", modules::FfnUp, kWithBias},
    {"layers.#.fc2", modules::FfnDown, kWithBias},
    {"final_layer_norm", Module<modules::kOutputNorm>, kWithBias},
};
constexpr TensorRule kOptOutputRules[] = {{"lm_head", Module<modules::kOutput>}};

struct OptSizes {
  int context = 1;
  int width = 1;
  int hidden = 1;
  int blocks = 1;
  int heads = 1;
  int vocabulary = 1;
};

// Defaults: OPT-125M's, as in transformers.
OptSizes ReadOptSizes(JsonObject& config) {
  OptSizes sizes;
  sizes.context = config.Int("max_position_embeddings", 1, kMaxExtent, 2048);
  sizes.width = config.Int("hidden_size", 1, kMaxExtent, 768);
  sizes.hidden = config.Int("ffn_dim", 1, kMaxExtent, 3072);
  sizes.blocks = config.Int("num_hidden_layers", 1, kMaxExtent, 12);
  sizes.heads = config.Int("num_attention_heads", 1, sizes.width, 12);
  sizes.vocabulary = config.Int("vocab_size", 1, kMaxVocabulary, 50272);
  return sizes;
}

// What OPT-350M and the models derived from OPT have instead.
void RejectUnsupportedOpt(JsonObject& config, int width) {
  if (!config.Bool("do_layer_norm_before", true)) config.Expect("do_layer_norm_before", "true");
  if (config.Int("word_embed_proj_dim", 1, kMaxExtent, width) != width) {
    config.Expect("word_embed_proj_dim", "hidden_size, " + std::to_string(width));
  }
  if (config.Bool("_remove_final_layer_norm", false)) {
    config.Expect("_remove_final_layer_norm", "false");
  }
  for (const char* entry : {"enable_bias", "layer_norm_elementwise_affine"}) {
    if (!config.Bool(entry, true)) config.Expect(entry, "true");
  }
  if (config.String("activation_function", "relu") != "relu") {
    config.Expect("activation_function", "\"relu\"");
  }
}

// OPT was trained on texts that begin with bos, whatever the tokenizer's files say.
void AddBosAlways(FilePlan& plan) {
  std::erase_if(plan.keys, [](const auto& entry) { return entry.first == keys::kAddBosToken; });
  plan.Add(keys::kAddBosToken, true);
}

}  // namespace

Result<FilePlan> PlanOptText(const ConversionSource& source, JsonObject config,
                             const OptLayout& layout) {
  const OptSizes sizes = ReadOptSizes(config);
  RejectUnsupportedOpt(config, sizes.width);
  const bool is_tied = config.Bool("tie_word_embeddings", true);
  if (!config.ok()) return config.error();

  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply({layout.body_prefixes, kOptRules, sizes.blocks});
  if (is_tied) {
    for (const std::string& prefix : layout.output_prefixes) builder.Drop(prefix + "lm_head.*");
  } else {
    builder.Apply({layout.output_prefixes, kOptOutputRules});
  }
  for (const std::string& pattern : layout.dropped) builder.Drop(pattern);
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  const Shape expected = {sizes.vocabulary, sizes.width};
  if (const Shape& found = tensors->front().shape; found != expected) {
    return Error{ErrorCode::kCorrupt, config.where() + ": tensor 'embed_tokens.weight': expected " +
                                          expected.ToString() +
                                          " by vocab_size and hidden_size, found " +
                                          found.ToString()};
  }
  FilePlan plan;
  plan.Add(keys::kArchitecture, std::string(kOptArchitecture));
  plan.AddCount(keys::VocabularySize(kOptArchitecture), sizes.vocabulary);
  plan.AddCount(keys::ContextLength(kOptArchitecture), sizes.context);
  plan.AddCount(keys::EmbeddingLength(kOptArchitecture), sizes.width);
  plan.AddCount(keys::BlockCount(kOptArchitecture), sizes.blocks);
  plan.AddCount(keys::FeedForwardLength(kOptArchitecture), sizes.hidden);
  plan.AddCount(keys::HeadCount(kOptArchitecture), sizes.heads);
  plan.Add(keys::LayerNormEpsilon(kOptArchitecture), kOptEpsilon);
  if (auto error = AddVocabulary(source.model.path, config, sizes.vocabulary, plan)) return *error;
  AddBosAlways(plan);
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace edgevlm
