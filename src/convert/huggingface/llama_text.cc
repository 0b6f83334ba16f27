#include "convert/huggingface/llama_text.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "convert/huggingface/limits.h"
#include "convert/huggingface/vocabulary.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr double kMaxFactor = 1e6;

struct LlamaSizes {
  int context = 0;
  int width = 0;
  int hidden = 0;
  int blocks = 0;
  HeadCounts heads;
  bool has_head_width = false;  // config.json has "head_dim"
  int vocabulary = 0;
  double epsilon = 0;
  bool is_tied = false;  // the output matrix is the token embedding
};

// RoPE of queries and keys.
struct RopeSettings {
  double base = 1e4;
  double linear_factor = 1;
  std::vector<float> factors;          // of the wavelength of each pair; empty: all 1
  std::vector<std::int32_t> sections;  // pairs of each axis of image positions; empty: one axis
  // LongRoPE: the factors up to the original context, and beyond; empty: none.
  std::vector<float> short_factors;
  std::vector<float> long_factors;
  int original_context = 0;
  double attention_factor = 1;  // of cosines and sines
};

constexpr TensorRule kHeadRules[] = {
    {"embed_tokens", Module<modules::kTokenEmbedding>},
    {"norm", Module<modules::kOutputNorm>},
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

// The same without the permutation of Q and K rows.
constexpr TensorRule kUnpermutedBlockRules[] = {
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

constexpr TensorRule kPhi3BlockRules[] = {
    kBlockRules[0],
    {"layers.#.self_attn.qkv_proj", modules::AttnQkv},
    {"layers.#.self_attn.o_proj", modules::AttnOutput},
    kBlockRules[5],
    {"layers.#.mlp.gate_up_proj", modules::FfnUp},
    {"layers.#.mlp.down_proj", modules::FfnDown},
};

constexpr TensorRule kHeadNormRules[] = {
    {"layers.#.self_attn.q_norm", modules::AttnQNorm},
    {"layers.#.self_attn.k_norm", modules::AttnKNorm},
};

constexpr TensorRule kOutputRules[] = {
    {"lm_head", Module<modules::kOutput>},
};
constexpr TensorRule kTiedOutputRules[] = {
    {"lm_head", Module<modules::kOutput>, Members::kMaybeWeight},
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

// Rejects what this decoder does not implement: running such a model would give wrong text, not an
// error.
void RejectUnsupported(JsonObject& config) {
  if (config.String("hidden_act", "silu") != "silu") config.Expect("hidden_act", "\"silu\"");
  if (config.Bool("use_sliding_window", false)) config.Expect("use_sliding_window", "false");
  if (config.Number("partial_rotary_factor", 0, 1, 1) != 1) {
    config.Expect("partial_rotary_factor", "1");
  }
}

// Llama 3.1's RoPE scaling: the factor on each wavelength. Wavelengths far shorter than the
// original training context keep their length, longer ones are multiplied by `factor`, and those in
// between are interpolated. Source: Grattafiori et al. 2024, "The Llama 3 Herd of Models";
// transformers' "llama3".
std::vector<float> Llama3Factors(JsonObject& scaling, double base, int head_width, int context) {
  const double factor = scaling.Number("factor", 1, kMaxFactor, 8.0);
  const double low = scaling.Number("low_freq_factor", 1e-6, kMaxFactor, 1.0);
  const double high = scaling.Number("high_freq_factor", 1e-6, kMaxFactor, 4.0);
  const double trained = scaling.Int("original_max_position_embeddings", 1, kMaxContext, context);
  if (!(high > low)) scaling.Expect("high_freq_factor", "more than low_freq_factor");
  std::vector<float> factors;
  for (int pair = 0; pair < head_width / 2 && scaling.ok(); ++pair) {
    const double wave = 2 * std::numbers::pi * std::pow(base, 2.0 * pair / head_width);
    double wave_factor = 1;
    if (wave > trained / low) {
      wave_factor = factor;
    } else if (wave >= trained / high) {
      const double smooth = (trained / wave - low) / (high - low);
      wave_factor = 1 / ((1 - smooth) / factor + smooth);
    }
    factors.push_back(static_cast<float>(wave_factor));
  }
  return factors;
}

using Axes = LlamaLayout::Axes;

// Pairs of time, rows and columns. GGUF has a fourth axis, of none.
std::vector<std::int32_t> ReadSections(JsonObject& rope, Axes axes, int pairs) {
  constexpr std::string_view kEntry = "mrope_section";
  constexpr std::string_view kInterleaved = "mrope_interleaved";
  const std::vector<float> found = rope.Numbers(kEntry, 3);
  std::vector<std::int32_t> sections;
  std::int32_t sum = 0;
  for (const float section : found) {
    if (!(section >= 0 && section <= static_cast<float>(pairs))) break;
    sections.push_back(static_cast<std::int32_t>(section));
    sum += sections.back();
  }
  if (rope.ok() && (sections.size() != found.size() || sum != pairs)) {
    rope.Expect(kEntry, std::to_string(pairs) + " pairs in sum");
  }
  const bool is_interleaved = axes == Axes::kInterleaved;
  if (rope.Bool(kInterleaved, is_interleaved) != is_interleaved) {
    rope.Expect(kInterleaved, is_interleaved ? "true" : "false");
  }
  sections.push_back(0);
  return sections;
}

// LongRoPE (Ding et al. 2024). The attention factor is that of transformers.
void ReadLongRope(JsonObject& config, JsonObject& scaling, std::size_t pairs, RopeSettings& rope) {
  constexpr std::string_view kOriginal = "original_max_position_embeddings";
  rope.short_factors = scaling.Numbers("short_factor", pairs);
  rope.long_factors = scaling.Numbers("long_factor", pairs);
  const int outer = config.Int(kOriginal, 2, kMaxContext, 4096);
  rope.original_context = scaling.Int(kOriginal, 2, kMaxContext, outer);
  const double context = config.Int("max_position_embeddings", 1, kMaxContext, 4096);
  const double ratio = std::max(1.0, context / rope.original_context);
  const double usual = std::sqrt(1 + std::log(ratio) / std::log(rope.original_context));
  rope.attention_factor = scaling.Number("attention_factor", 0.1, 10, usual);
}

RopeSettings ReadRope(JsonObject& config, int head_width, const LlamaLayout& layout) {
  const Axes axes = layout.axes;
  constexpr double kMaxBase = 1e12;
  constexpr int kDefaultTrained = 8192;  // of Llama 3
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
        config.Int("original_max_position_embeddings", 1, kMaxContext, kDefaultTrained);
    rope.factors = Llama3Factors(scaling, rope.base, head_width, trained);
  } else if (layout.is_phi3 && (type == "longrope" || type == "su")) {
    ReadLongRope(config, scaling, static_cast<std::size_t>(head_width / 2), rope);
  } else if (type != "default" && type != "dynamic" &&  // dynamic: only beyond the context
             !(type == "mrope" && axes != Axes::kNone)) {
    scaling.Expect(type_entry, "\"default\", \"linear\", \"dynamic\" or \"llama3\"");
  }
  if (axes != Axes::kNone) rope.sections = ReadSections(scaling, axes, head_width / 2);
  if (!scaling.ok()) config.Fail(scaling.error());
  return rope;
}

void AddKeys(const LlamaSizes& sizes, const RopeSettings& rope, std::string_view name,
             FilePlan& plan) {
  plan.AddCount(keys::VocabularySize(name), sizes.vocabulary);
  plan.AddCount(keys::ContextLength(name), sizes.context);
  plan.AddCount(keys::EmbeddingLength(name), sizes.width);
  plan.AddCount(keys::BlockCount(name), sizes.blocks);
  plan.AddCount(keys::FeedForwardLength(name), sizes.hidden);
  plan.AddCount(keys::HeadCount(name), sizes.heads.query);
  plan.AddCount(keys::HeadCountKv(name), sizes.heads.key);
  plan.Add(keys::RmsNormEpsilon(name), static_cast<float>(sizes.epsilon));
  if (sizes.has_head_width) {
    plan.AddCount(keys::KeyLength(name), sizes.heads.width);
    plan.AddCount(keys::ValueLength(name), sizes.heads.width);
  }
  plan.AddCount(keys::RopeDimensionCount(name), sizes.heads.width);
  plan.Add(keys::RopeFreqBase(name), static_cast<float>(rope.base));
  if (!rope.sections.empty()) plan.Add(keys::RopeDimensionSections(name), rope.sections);
  if (rope.linear_factor != 1) {
    plan.Add(keys::RopeScalingType(name), "linear");
    plan.Add(keys::RopeScalingFactor(name), static_cast<float>(rope.linear_factor));
  }
}

// What other decoders of this kind lack.
void AddPhi3Keys(JsonObject& config, const RopeSettings& rope, std::string_view name,
                 FilePlan& plan) {
  const int window = config.Int("sliding_window", 1, kMaxContext, kMaxContext);
  if (window < kMaxContext) plan.AddCount(keys::SlidingWindow(name), window);
  if (rope.long_factors.empty()) return;
  plan.AddCount(keys::RopeOriginalContext(name), rope.original_context);
  plan.Add(keys::RopeAttentionFactor(name), static_cast<float>(rope.attention_factor));
}

std::span<const TensorRule> BlockRulesOf(const LlamaLayout& layout) {
  if (layout.is_phi3) return kPhi3BlockRules;
  return layout.permutes_rope ? std::span<const TensorRule>(kBlockRules)
                              : std::span<const TensorRule>(kUnpermutedBlockRules);
}

void AddRopeFactors(const RopeSettings& rope, PlanBuilder& builder) {
  const std::pair<std::string_view, const std::vector<float>&> tensors[] = {
      {modules::kRopeFreqs, rope.factors},
      {modules::kRopeFactorsShort, rope.short_factors},
      {modules::kRopeFactorsLong, rope.long_factors}};
  for (const auto& [module, factors] : tensors) {
    if (!factors.empty()) builder.AddValues(modules::Weight(module), factors);
  }
}

// The embedding must have a row per token; the vocabulary is padded to that size.
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
  LlamaSizes sizes = ReadSizes(config);
  sizes.is_tied = sizes.is_tied || layout.is_tied;
  RejectUnsupported(config);
  const RopeSettings rope = ReadRope(config, sizes.heads.width, layout);
  if (!config.ok()) return config.error();
  PlanBuilder builder(folder.checkpoint, dtype, sizes.heads);
  builder.Apply({layout.body_prefixes, kHeadRules, 1});
  builder.Apply({layout.body_prefixes, BlockRulesOf(layout), sizes.blocks});
  if (layout.has_head_norms) builder.Apply({layout.body_prefixes, kHeadNormRules, sizes.blocks});
  const std::span<const TensorRule> output_rules(sizes.is_tied ? kTiedOutputRules : kOutputRules);
  builder.Apply({layout.output_prefixes, output_rules, 1});
  for (const std::string& pattern : layout.dropped) builder.Drop(pattern);
  AddRopeFactors(rope, builder);
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  if (auto error = CheckVocabulary(config, sizes, *tensors)) return *error;
  FilePlan plan;
  plan.Add(keys::kArchitecture, std::string(layout.architecture));
  AddKeys(sizes, rope, layout.architecture, plan);
  if (layout.is_phi3) AddPhi3Keys(config, rope, layout.architecture, plan);
  if (!config.ok()) return config.error();
  if (auto error = AddVocabulary(folder.path, config, sizes.vocabulary, plan)) return *error;
  plan.tensors = *std::move(tensors);
  return plan;
}

Result<FilePlan> PlanLlamaTextConfig(ConversionSource& source, const LlamaLayout& layout) {
  JsonObject& config = source.model.config;
  JsonObject text = config.Object("text_config");
  if (text.String("model_type", "llama") != layout.architecture) {
    text.Expect("model_type", '"' + std::string(layout.architecture) + '"');
  }
  if (!text.ok()) return text.error();
  LlamaLayout own = layout;
  own.is_tied = config.Bool("tie_word_embeddings", false);  // of the whole model; version 5
  return PlanLlamaText(source.model, config.Under("text_config"), source.dtype, own);
}

}  // namespace edgevlm
