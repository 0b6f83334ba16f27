#include "convert/huggingface/gemma3_config.h"

#include "convert/huggingface/limits.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr int kPattern = 6;  // every sixth block is global
constexpr double kMaxBase = 1e12;
constexpr double kMaxFactor = 1e6;

// Whether each block has a window: "layer_types", or the older "sliding_window_pattern".
std::vector<bool> ReadLayerTypes(JsonObject& config, int blocks) {
  const int pattern = config.Int("sliding_window_pattern", 1, kMaxExtent, kPattern);
  std::vector<bool> is_local;
  for (int i = 0; i < blocks; ++i) is_local.push_back((i + 1) % pattern != 0);
  const nlohmann::json* types = config.Find("layer_types");
  if (types == nullptr) return is_local;
  if (!types->is_array() || std::ssize(*types) != blocks) {
    config.Expect("layer_types", "a list of num_hidden_layers types");
    return is_local;
  }
  for (std::size_t i = 0; i < types->size(); ++i) {
    is_local[i] = (*types)[i] == "sliding_attention";
    if (!is_local[i] && (*types)[i] != "full_attention") {
      config.Expect("layer_types", "sliding_attention and full_attention");
    }
  }
  return is_local;
}

// Linear scaling, or none. Failures are recorded in `scaling`.
double ReadFactor(JsonObject& scaling) {
  const std::string_view entry = scaling.OneOf({"rope_type", "type"});
  const std::string type = scaling.String(entry, "default");
  if (type == "default") return 1;
  if (type != "linear") scaling.Expect(entry, "\"default\" or \"linear\"");
  return scaling.Number("factor", 1e-6, kMaxFactor);
}

// transformers 4 has "rope_theta", "rope_local_base_freq" and "rope_scaling" of the global blocks;
// version 5 has "rope_parameters" for each type of block.
void ReadGemma3Rope(JsonObject& config, Gemma3Config& read) {
  read.global_base = config.Number("rope_theta", 1, kMaxBase, 1e6);
  read.local_base = config.Number("rope_local_base_freq", 1, kMaxBase, 1e4);
  JsonObject scaling = config.Object("rope_scaling");
  JsonObject parameters = config.Object("rope_parameters");
  JsonObject global = parameters.Object("full_attention");
  JsonObject local = parameters.Object("sliding_attention");
  read.global_factor = parameters.Has("full_attention") ? ReadFactor(global) : ReadFactor(scaling);
  read.global_base = global.Number("rope_theta", 1, kMaxBase, read.global_base);
  read.local_base = local.Number("rope_theta", 1, kMaxBase, read.local_base);
  if (ReadFactor(local) != 1) local.Expect("rope_type", "\"default\"");
  for (const JsonObject* object : {&scaling, &parameters, &global, &local}) {
    if (!object->ok()) config.Fail(object->error());
  }
}

// Running such a model would give wrong text, not an error.
void RejectUnsupportedGemma3(JsonObject& config, const Gemma3Config& read) {
  const std::string activation = config.String("hidden_activation", "gelu_pytorch_tanh");
  if (activation != "gelu_pytorch_tanh") {
    config.Expect("hidden_activation", "\"gelu_pytorch_tanh\"");
  }
  if (config.Bool("use_bidirectional_attention", false)) {
    config.Expect("use_bidirectional_attention", "false");
  }
  if (config.Bool("attention_bias", false)) config.Expect("attention_bias", "false");
  for (const char* cap : {"final_logit_softcapping", "attn_logit_softcapping"}) {
    if (config.Has(cap)) config.Expect(cap, "null");
  }
  // GGUF files do not store it: attention divides by the root of the head's width, in the model of
  // 62 blocks by that of width / heads.
  constexpr int kBlocksOf27B = 62;
  const int divisor =
      read.blocks == kBlocksOf27B ? read.width / read.heads.query : read.heads.width;
  if (config.Number("query_pre_attn_scalar", 1, kMaxExtent, divisor) != divisor) {
    config.Expect("query_pre_attn_scalar", std::to_string(divisor));
  }
}

}  // namespace

Gemma3Config ReadGemma3Config(JsonObject& config) {
  Gemma3Config read;
  read.context = config.Int("max_position_embeddings", 1, kMaxContext, 131072);
  read.width = config.Int("hidden_size", 1, kMaxExtent, kGemma3DefaultWidth);
  read.hidden = config.Int("intermediate_size", 1, kMaxExtent, 9216);
  read.blocks = config.Int("num_hidden_layers", 1, kMaxExtent, 26);
  read.heads.query = config.Int("num_attention_heads", 1, kMaxExtent, 8);
  read.heads.key = config.Int("num_key_value_heads", 1, read.heads.query, 4);
  read.heads.width = config.Int("head_dim", 2, kMaxExtent, 256);
  read.vocabulary = config.Int("vocab_size", 1, kMaxVocabulary, 262208);
  read.epsilon = config.Number("rms_norm_eps", 1e-12, 1, 1e-6);
  read.is_tied = config.Bool("tie_word_embeddings", true);
  read.window = config.Int("sliding_window", 1, kMaxContext, 4096);
  read.is_local = ReadLayerTypes(config, read.blocks);
  ReadGemma3Rope(config, read);
  if (config.ok()) RejectUnsupportedGemma3(config, read);
  return read;
}

void AddGemma3Keys(const Gemma3Config& config, std::string_view architecture, FilePlan& plan) {
  const std::string_view name = architecture;
  plan.AddCount(keys::VocabularySize(name), config.vocabulary);
  plan.AddCount(keys::ContextLength(name), config.context);
  plan.AddCount(keys::EmbeddingLength(name), config.width);
  plan.AddCount(keys::BlockCount(name), config.blocks);
  plan.AddCount(keys::FeedForwardLength(name), config.hidden);
  plan.AddCount(keys::HeadCount(name), config.heads.query);
  plan.AddCount(keys::HeadCountKv(name), config.heads.key);
  plan.AddCount(keys::KeyLength(name), config.heads.width);
  plan.AddCount(keys::ValueLength(name), config.heads.width);
  plan.Add(keys::RmsNormEpsilon(name), static_cast<float>(config.epsilon));
  plan.Add(keys::RopeFreqBase(name), static_cast<float>(config.global_base));
  plan.Add(keys::RopeFreqBaseSwa(name), static_cast<float>(config.local_base));
  if (config.global_factor != 1) {
    plan.Add(keys::RopeScalingType(name), "linear");
    plan.Add(keys::RopeScalingFactor(name), static_cast<float>(config.global_factor));
  }
  plan.AddCount(keys::SlidingWindow(name), config.window);
  plan.Add(keys::SlidingWindowPattern(name), config.is_local);
}

}  // namespace edgevlm
