// GPT2LMHeadModel: GPT-2 as OpenAI published it, DistilGPT-2.
#include <utility>

#include "convert/huggingface/family.h"
#include "convert/huggingface/vocabulary.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kArchitecture = "gpt2";
constexpr int kMaxExtent = 1 << 20;
constexpr int kMaxVocabulary = 1 << 24;

std::string Of(std::string_view module) { return std::string(module); }

constexpr Members kBoth = Members::kWeightAndBias;
constexpr TensorRule kRules[] = {
    {"wte", [](int) { return Of(modules::kTokenEmbedding); }},
    {"wpe", [](int) { return Of(modules::kPositionEmbedding); }, Members::kWeight,
     Treatment::kCopied, Storage::kFloat32},
    {"h.#.ln_1", modules::AttnNorm, kBoth},
    {"h.#.attn.c_attn", modules::AttnQkv, kBoth, Treatment::kTransposed},
    {"h.#.attn.c_proj", modules::AttnOutput, kBoth, Treatment::kTransposed},
    {"h.#.ln_2", modules::FfnNorm, kBoth},
    {"h.#.mlp.c_fc", modules::FfnUp, kBoth, Treatment::kTransposed},
    {"h.#.mlp.c_proj", modules::FfnDown, kBoth, Treatment::kTransposed},
    {"ln_f", [](int) { return Of(modules::kOutputNorm); }, kBoth},
};
// Mostly that of the embeddings, and then mostly left out.
constexpr TensorRule kOutputRules[] = {
    {"lm_head", [](int) { return Of(modules::kOutput); }, Members::kMaybeWeight},
};

Result<FilePlan> PlanText(ConversionSource& source) {
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
  auto tensors = builder.Finish();
  if (!tensors) return tensors.error();
  const Shape expected = {vocabulary, width};
  if (const Shape& found = tensors->front().shape; found != expected) {
    return Error{ErrorCode::kCorrupt, config.where() + ": tensor 'wte.weight': expected " +
                                          expected.ToString() +
                                          " by vocab_size and n_embd, found " + found.ToString()};
  }
  const auto number = [](int value) { return static_cast<std::uint32_t>(value); };
  FilePlan plan;
  plan.Add(keys::kArchitecture, std::string(kArchitecture));
  plan.Add(keys::ContextLength(kArchitecture), number(context));
  plan.Add(keys::EmbeddingLength(kArchitecture), number(width));
  plan.Add(keys::BlockCount(kArchitecture), number(blocks));
  plan.Add(keys::FeedForwardLength(kArchitecture), number(hidden));
  plan.Add(keys::HeadCount(kArchitecture), number(heads));
  plan.Add(keys::LayerNormEpsilon(kArchitecture), static_cast<float>(epsilon));
  if (auto error = AddVocabulary(source.model.path, config, vocabulary, plan)) return *error;
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kGpt2Family = {
    .name = "GPT2LMHeadModel", .plan_text = PlanText, .plan_vision = nullptr};

}  // namespace edgevlm
