// WhisperForConditionalGeneration: Whisper of all sizes.
#include <utility>

#include "convert/huggingface/family.h"
#include "convert/huggingface/limits.h"
#include "convert/huggingface/openai_whisper.h"
#include "convert/huggingface/vocabulary.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kName = "whisper";
constexpr std::string_view kAudioName = "whisper.audio";
constexpr float kEpsilon = 1e-5f;  // PyTorch's; folders do not store it

constexpr int kFirst = 1, kSecond = 2;
template <int kIndex>
std::string Convolution(int /*block*/) {
  return modules::AudioConvolution(kIndex);
}

// TensorRule::target of part kPart of a block.
constexpr std::string_view kNorm1 = "ln1", kNorm2 = "ln2", kAttnQ = "attn_q", kAttnK = "attn_k",
                           kAttnV = "attn_v", kAttnOut = "attn_out", kFfnUp = "ffn_up",
                           kFfnDown = "ffn_down";
template <const std::string_view& kPart>
std::string InAudio(int block) {
  return modules::AudioBlock(block, kPart);
}
constexpr std::string_view kCrossNorm = "norm", kCrossQ = "q", kCrossK = "k", kCrossV = "v",
                           kCrossOut = "output";
template <const std::string_view& kPart>
std::string InCross(int block) {
  return modules::CrossAttn(block, kPart);
}

constexpr TensorRule kEncoderRules[] = {
    {"conv1", Convolution<kFirst>, kWithBias},
    {"conv2", Convolution<kSecond>, kWithBias},
    {"embed_positions", Module<modules::kAudioPositions>, Members::kWeight, Treatment::kCopied,
     Storage::kFloat32},
    {"layers.#.self_attn_layer_norm", InAudio<kNorm1>, kWithBias},
    {"layers.#.self_attn.q_proj", InAudio<kAttnQ>, kWithBias},
    {"layers.#.self_attn.k_proj", InAudio<kAttnK>},
    {"layers.#.self_attn.v_proj", InAudio<kAttnV>, kWithBias},
    {"layers.#.self_attn.out_proj", InAudio<kAttnOut>, kWithBias},
    {"layers.#.final_layer_norm", InAudio<kNorm2>, kWithBias},
    {"layers.#.fc1", InAudio<kFfnUp>, kWithBias},
    {"layers.#.fc2", InAudio<kFfnDown>, kWithBias},
    {"layer_norm", Module<modules::kAudioPostNorm>, kWithBias},
};
constexpr TensorRule kDecoderRules[] = {
    {"embed_tokens", Module<modules::kTokenEmbedding>},
    {"embed_positions", Module<modules::kPositionEmbedding>, Members::kWeight, Treatment::kCopied,
     Storage::kFloat32},
    {"layers.#.self_attn_layer_norm", modules::AttnNorm, kWithBias},
    {"layers.#.self_attn.q_proj", modules::AttnQ, kWithBias},
    {"layers.#.self_attn.k_proj", modules::AttnK},
    {"layers.#.self_attn.v_proj", modules::AttnV, kWithBias},
    {"layers.#.self_attn.out_proj", modules::AttnOutput, kWithBias},
    {"layers.#.encoder_attn_layer_norm", InCross<kCrossNorm>, kWithBias},
    {"layers.#.encoder_attn.q_proj", InCross<kCrossQ>, kWithBias},
    {"layers.#.encoder_attn.k_proj", InCross<kCrossK>},
    {"layers.#.encoder_attn.v_proj", InCross<kCrossV>, kWithBias},
    {"layers.#.encoder_attn.out_proj", InCross<kCrossOut>, kWithBias},
    {"layers.#.final_layer_norm", modules::FfnNorm, kWithBias},
    {"layers.#.fc1", modules::FfnUp, kWithBias},
    {"layers.#.fc2", modules::FfnDown, kWithBias},
    {"layer_norm", Module<modules::kOutputNorm>, kWithBias},
};

struct Side {
  int blocks = 1;
  int heads = 1;
  int hidden = 1;
  int positions = 1;
};

Side ReadSide(JsonObject& config, const std::string& name, const std::string& positions) {
  Side side;
  side.blocks = config.Int(name + "_layers", 1, kMaxExtent);
  side.heads = config.Int(name + "_attention_heads", 1, kMaxExtent);
  side.hidden = config.Int(name + "_ffn_dim", 1, kMaxExtent);
  side.positions = config.Int(positions, 1, kMaxExtent);
  return side;
}

void AddSide(std::string_view prefix, const Side& side, int width, FilePlan& plan) {
  plan.AddCount(keys::ContextLength(prefix), side.positions);
  plan.AddCount(keys::EmbeddingLength(prefix), width);
  plan.AddCount(keys::BlockCount(prefix), side.blocks);
  plan.AddCount(keys::FeedForwardLength(prefix), side.hidden);
}

Result<FilePlan> PlanWhisper(ConversionSource& source) {
  JsonObject& config = source.model.config;
  const int width = config.Int("d_model", 1, kMaxExtent);
  const int vocabulary = config.Int("vocab_size", 1, kMaxVocabulary);
  const int bands = config.Int("num_mel_bins", 1, kMaxExtent, 80);
  const Side encoder = ReadSide(config, "encoder", "max_source_positions");
  const Side decoder = ReadSide(config, "decoder", "max_target_positions");
  if (config.String("activation_function", "gelu") != "gelu") {
    config.Expect("activation_function", "\"gelu\"");
  }
  if (config.Bool("scale_embedding", false)) config.Expect("scale_embedding", "false");
  if (!config.ok()) return config.error();

  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply({{"model.decoder.", "decoder."}, kDecoderRules, decoder.blocks});
  builder.Apply({{"model.encoder.", "encoder."}, kEncoderRules, encoder.blocks});
  builder.Drop("proj_out.weight");  // the token embeddings again
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  plan.Add(keys::kArchitecture, std::string(kName));
  plan.AddCount(keys::VocabularySize(kName), vocabulary);
  AddSide(kName, decoder, width, plan);
  plan.AddCount(keys::HeadCount(kName), decoder.heads);
  plan.Add(keys::LayerNormEpsilon(kName), kEpsilon);
  AddSide(kAudioName, encoder, width, plan);
  plan.AddCount(keys::kWhisperAudioHeadCount, encoder.heads);
  plan.AddCount(keys::kWhisperMelBands, bands);
  std::optional<VocabularyTables> tables;
  if (const auto& texts = source.model.checkpoint.texts()) {
    auto made = WhisperTables(*texts, vocabulary);
    if (!made) return made.error();
    tables = *std::move(made);
  }
  if (auto error = AddVocabulary(source.model.path, config, vocabulary, plan, std::move(tables))) {
    return *error;
  }
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kWhisperFamily = {
    .name = "WhisperForConditionalGeneration", .plan_text = PlanWhisper, .plan_vision = nullptr};

}  // namespace edgevlm
