#include "convert/huggingface/llama_text.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "convert/huggingface/vocabulary.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr int kMaxExtent = 1 << 20;
constexpr int kMaxContext = 1 << 28;
constexpr int kMaxVocabulary = 1 << 24;
constexpr double kMaxFactor = 1e6;

struct LlamaSizes {
  int context = 0;
  int width = 0;
  int hidden = 0;
  int blocks = 0;
  HeadCounts heads;
  bool has_head_width = false;  // config.json gives it
  int vocabulary = 0;
  double epsilon = 0;
  bool is_tied = false;  // the output matrix is that of the embeddings
};

// The rotation of queries and keys.
struct RopeSettings {
  double base = 1e4;
  double linear_factor = 1;
  std::vector<float> factors;  // of each pair's wave length; empty: all 1
};

std::string Of(std::string_view module) { return std::string(module); }

constexpr TensorRule kHeadRules[] = {
    {"embed_tokens", [](int) { return Of(modules::kTokenEmbedding); }},
    {"norm", [](int) { return Of(modules::kOutputNorm); }},
};

constexpr TensorRule kBlockRules[] = {
    {"layers.#.input_layernorm", modules::AttnNorm},
    {"layers.#.self_attn.q_proj", modules::AttnQ, Members::kWeightMaybeBias, Treatment::kQueryRows},
    {"layers.#.self_attn.k_proj", modules::AttnK, Members::kWeightMaybeBias, Treatment::kKeyRows},
    {"layers.#.self_attn.v_proj", modules::AttnV, Members::kWeightMaybeBias},
    {"layers.#.self_attn.o_proj", modules::AttnOutput, Members::kWeightMaybeBias},
    {"layers.#.post_attention_layernorm", modules::FfnNorm},
    {"layers.#.mlp.gate_proj", modules::FfnGate, Members::kWeightMaybeBias},
    {"layers.#.mlp.up_proj", modules::FfnUp, Members::kWeightMaybeBias},
    {"layers.#.mlp.down_proj", modules::FfnDown, Members::kWeightMaybeBias},
};

// The same for files that keep rotary halves.
constexpr TensorRule kHalvesRules[] = {
    kBlockRules[0],
    {"layers.#.self_attn.q_proj", modules::AttnQ, Members::kWeightMaybeBias},
    {"layers.#.self_attn.k_proj", modules::AttnK, Members::kWeightMaybeBias},
    kBlockRules[3],
    kBlockRules[4],
    kBlockRules[5],
    kBlockRules[6],
    kBlockRules[7],
    kBlockRules[8],
};

constexpr TensorRule kOutputRules[] = {
    {"lm_head", [](int) { return Of(modules::kOutput); }},
};
constexpr TensorRule kTiedOutputRules[] = {
    {"lm_head", [](int) { return Of(modules::kOutput); }, Members::kMaybeWeight},
};

LlamaSizes ReadSizes(JsonObject& config) {
  LlamaSizes sizes;
  sizes.context = config.Int("max_position_embeddings", 1, kMaxContext, 2048);
  sizes.width = config.Int("hidden_size", 1, kMaxExtent, 4096);
  sizes.hidden = config.Int("intermediate_size", 1, kMaxExtent, 11008);
  sizes.blocks = config.Int("num_hidden_layers", 1, kMaxExtent, 32);
  sizes.heads.query = config.Int("num_attention_heads", 1, sizes.width, 32);
  sizes.heads.key = config.Int("num_key_value_heads", 1, sizes.heads.query, sizes.heads.query);
  sizes.has_head_width = config.Has("head_dim");
  sizes.heads.width = config.Int("head_dim", 2, kMaxExtent, sizes.width / sizes.heads.query);
  sizes.vocabulary = config.Int("vocab_size", 1, kMaxVocabulary, 32000);
  sizes.epsilon = config.Number("rms_norm_eps", 1e-12, 1, 1e-6);
  sizes.is_tied = config.Bool("tie_word_embeddings", false);
  if (config.ok() && !sizes.has_head_width && sizes.width % sizes.heads.query != 0) {
    config.Expect("num_attention_heads", "a divisor of hidden_size");
  }
  if (config.ok() && sizes.heads.width % 2 != 0) {
    config.Expect(sizes.has_head_width ? "head_dim" : "num_attention_heads",
                  "heads of an even width");
  }
  return sizes;
}

// What this decoder can not do would give wrong words, not an error, later.
void RefuseOthers(JsonObject& config) {
  if (config.String("hidden_act", "silu") != "silu") config.Expect("hidden_act", "\"silu\"");
  if (config.Bool("use_sliding_window", false)) config.Expect("use_sliding_window", "false");
  if (config.Number("partial_rotary_factor", 0, 1, 1) != 1) {
    config.Expect("partial_rotary_factor", "1");
  }
}

// Factors of Llama 3.1 by which waves become longer: those far shorter than the context that was
// trained first keep their length, those longer than it get `factor`, between them it is blended.
// Source: Grattafiori et al. 2024, "The Llama 3 Herd of Models"; transformers' "llama3".
std::vector<float> Llama3Factors(JsonObject& scaling, double base, int head_width, int context) {
  const double factor = scaling.Number("factor", 1, kMaxFactor, 8.0);
  const double low = scaling.Number("low_freq_factor", 1e-6, kMaxFactor, 1.0);
  const double high = scaling.Number("high_freq_factor", 1e-6, kMaxFactor, 4.0);
  const double trained = scaling.Int("original_max_position_embeddings", 1, kMaxContext, context);
  if (!(high > low)) scaling.Expect("high_freq_factor", "more than low_freq_factor");
  std::vector<float> factors;
  for (int pair = 0; pair < head_width / 2 && scaling.ok(); ++pair) {
    const double wave = 2 * std::numbers::pi * std::pow(base, 2.0 * pair / head_width);
    double stretch = 1;
    if (wave > trained / low) {
      stretch = factor;
    } else if (wave >= trained / high) {
      const double share = (trained / wave - low) / (high - low);
      stretch = 1 / ((1 - share) / factor + share);
    }
    factors.push_back(static_cast<float>(stretch));
  }
  return factors;
}

RopeSettings ReadRope(JsonObject& config, int head_width) {
  constexpr double kMaxBase = 1e12;
  constexpr int kUsualTrained = 8192;  // of Llama 3
  const std::string_view entry = config.OneOf({"rope_parameters", "rope_scaling"});
  JsonObject scaling = config.Object(entry);
  RopeSettings rope;
  rope.base = config.Number("rope_theta", 1, kMaxBase, 1e4);
  rope.base = scaling.Number("rope_theta", 1, kMaxBase, rope.base);
  const std::string_view type_entry = scaling.OneOf({"rope_type", "type"});
  const std::string type = scaling.String(type_entry, "default");
  if (type == "linear") {
    rope.linear_factor = scaling.Number("factor", 1e-6, kMaxFactor);
  } else if (type == "llama3") {
    const int trained =
        config.Int("original_max_position_embeddings", 1, kMaxContext, kUsualTrained);
    rope.factors = Llama3Factors(scaling, rope.base, head_width, trained);
  } else if (type != "default") {
    scaling.Expect(type_entry, "\"default\", \"linear\" or \"llama3\"");
  }
  if (!scaling.ok()) config.Fail(scaling.error());
  return rope;
}

void AddKeys(const LlamaSizes& sizes, const RopeSettings& rope, std::string_view name,
             FilePlan& plan) {
  const auto number = [](int value) { return static_cast<std::uint32_t>(value); };
  plan.Add(keys::VocabularySize(name), number(sizes.vocabulary));
  plan.Add(keys::ContextLength(name), number(sizes.context));
  plan.Add(keys::EmbeddingLength(name), number(sizes.width));
  plan.Add(keys::BlockCount(name), number(sizes.blocks));
  plan.Add(keys::FeedForwardLength(name), number(sizes.hidden));
  plan.Add(keys::HeadCount(name), number(sizes.heads.query));
  plan.Add(keys::HeadCountKv(name), number(sizes.heads.key));
  plan.Add(keys::RmsNormEpsilon(name), static_cast<float>(sizes.epsilon));
  if (sizes.has_head_width) {
    plan.Add(keys::KeyLength(name), number(sizes.heads.width));
    plan.Add(keys::ValueLength(name), number(sizes.heads.width));
  }
  plan.Add(keys::RopeDimensionCount(name), number(sizes.heads.width));
  plan.Add(keys::RopeFreqBase(name), static_cast<float>(rope.base));
  if (rope.linear_factor != 1) {
    plan.Add(keys::RopeScalingType(name), "linear");
    plan.Add(keys::RopeScalingFactor(name), static_cast<float>(rope.linear_factor));
  }
}

// As many rows as tokens: the vocabulary is filled up to it.
MaybeError CheckVocabulary(const JsonObject& config, const LlamaSizes& sizes,
                           const std::vector<PlannedTensor>& tensors) {
  const Shape expected = {sizes.vocabulary, sizes.width};
  const Shape& found = tensors.front().shape;
  if (found == expected) return std::nullopt;
  return Error{ErrorCode::kCorrupt, config.where() + ": tensor '" + tensors.front().source_name +
                                        "': expected " + expected.ToString() +
                                        " by vocab_size and hidden_size, found " +
                                        found.ToString()};
}

}  // namespace

Result<FilePlan> PlanLlamaText(const ModelFolder& folder, JsonObject config, DType dtype,
                               const LlamaLayout& layout) {
  const LlamaSizes sizes = ReadSizes(config);
  RefuseOthers(config);
  const RopeSettings rope = ReadRope(config, sizes.heads.width);
  if (!config.ok()) return config.error();
  PlanBuilder builder(folder.checkpoint, dtype, sizes.heads);
  builder.Apply({layout.body_prefixes, kHeadRules, 1});
  builder.Apply(
      {layout.body_prefixes, layout.pairs_rows ? kBlockRules : kHalvesRules, sizes.blocks});
  const std::span<const TensorRule> output_rules(sizes.is_tied ? kTiedOutputRules : kOutputRules);
  builder.Apply({layout.output_prefixes, output_rules, 1});
  for (const std::string& pattern : layout.dropped) builder.Drop(pattern);
  if (!rope.factors.empty()) {
    builder.AddValues(modules::Weight(modules::kRopeFreqs), rope.factors);
  }
  auto tensors = builder.Finish();
  if (!tensors) return tensors.error();
  if (auto error = CheckVocabulary(config, sizes, *tensors)) return *error;
  FilePlan plan;
  plan.Add(keys::kArchitecture, std::string(layout.architecture));
  AddKeys(sizes, rope, layout.architecture, plan);
  if (auto error = AddVocabulary(folder.path, config, sizes.vocabulary, plan)) return *error;
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace edgevlm
