// GPT2LMHeadModel: GPT-2 as OpenAI published it, DistilGPT-2.
#include <utility>

#include "convert/huggingface/family.h"
#include "convert/huggingface/limits.h"
#include "convert/huggingface/vocabulary.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kArchitecture = "gpt2";

constexpr TensorRule kRules[] = {
    {"wte", Module<modules::kTokenEmbedding>},
    {"wpe", Module<modules::kPositionEmbedding>, Members::kWeight, Treatment::kCopied,
     Storage::kFloat32},
    {"h.#.ln_1", modules::AttnNorm, kWithBias},
    {"h.#.attn.c_attn", modules::AttnQkv, kWithBias, Treatment::kTransposed},
    {"h.#.attn.c_proj", modules::AttnOutput, kWithBias, Treatment::kTransposed},
    {"h.#.ln_2", modules::FfnNorm, kWithBias},
    {"h.#.mlp.c_fc", modules::FfnUp, kWithBias, Treatment::kTransposed},
    {"h.#.mlp.c_proj", modules::FfnDown, kWithBias, Treatment::kTransposed},
    {"ln_f", Module<modules::kOutputNorm>, kWithBias},
};
// Usually tied to the token embeddings, and then usually absent from the checkpoint.
constexpr TensorRule kOutputRules[] = {
    {"lm_head", Module<modules::kOutput>, Members::kMaybeWeight},
};

Result<FilePlan> PlanGpt2(ConversionSource& source) {
  JsonObject config = source.model.config;
  const int context = config.Int(config.OneOf({"n_positions", "n_ctx"}), 1, kMaxExtent, 1024);
  const int width = config.Int("n_embd", 1, kMaxExtent, 768);
  const int hidden = config.Int("n_inner", 1, kMaxExtent, 4 * width);
  const int blocks = config.Int("n_layer", 1, kMaxExtent, 12);
  const int heads = config.Int("n_head", 1, width, 12);
  const int vocabulary = config.Int("vocab_size", 1, kMaxVocabulary, 50257);
  const double epsilon = config.Number("layer_norm_epsilon", 1e-12, 1, 1e-5);
  if (config.String("activation_function", "gelu_new") != "gelu_new") {
    config.Expect("activation_function", "\"gelu_new\"");
  }
  if (!config.ok()) return config.error();

  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply({{"transformer.", ""}, kRules, blocks});
  builder.Apply({{""}, kOutputRules, 1});
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  const Shape expected = {vocabulary, width};
  if (const Shape& found = tensors->front().shape; found != expected) {
    return Error{ErrorCode::kCorrupt, config.where() + ": tensor 'wte.weight': expected " +
                                          expected.ToString() +
                                          " by vocab_size and n_embd, found " + found.ToString()};
  }
  FilePlan plan;
  plan.Add(keys::kArchitecture, std::string(kArchitecture));
  plan.AddCount(keys::ContextLength(kArchitecture), context);
  plan.AddCount(keys::EmbeddingLength(kArchitecture), width);
  plan.AddCount(keys::BlockCount(kArchitecture), blocks);
  plan.AddCount(keys::FeedForwardLength(kArchitecture), hidden);
  plan.AddCount(keys::HeadCount(kArchitecture), heads);
  plan.Add(keys::LayerNormEpsilon(kArchitecture), static_cast<float>(epsilon));
  if (auto error = AddVocabulary(source.model.path, config, vocabulary, plan)) return *error;
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kGpt2Family = {
    .name = "GPT2LMHeadModel", .plan_text = PlanGpt2, .plan_vision = nullptr};

}  // namespace edgevlm
