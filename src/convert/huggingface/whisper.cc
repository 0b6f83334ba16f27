// WhisperForConditionalGeneration: Whisper of all sizes.
#include <utility>

#include "convert/huggingface/audio_tower.h"
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

// TensorRule::target of part kPart of a block.
constexpr std::string_view kCrossNorm = "norm", kCrossQ = "q", kCrossK = "k", kCrossV = "v",
                           kCrossOut = "output";
template <const std::string_view& kPart>
std::string InCross(int block) {
  return modules::CrossAttn(block, kPart);
}

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
  const AudioTowerSizes encoder = ReadAudioTowerSizes(config, std::nullopt);
  const int width = encoder.width;
  const int vocabulary = config.Int("vocab_size", 1, kMaxVocabulary);
  const Side decoder = ReadSide(config, "decoder", "max_target_positions");
  if (!config.ok()) return config.error();

  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply({{"model.decoder.", "decoder."}, kDecoderRules, decoder.blocks});
  builder.Apply({{"model.encoder.", "encoder."}, AudioTowerRules(), encoder.blocks});
  builder.Drop("proj_out.weight");  // the token embeddings again
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  plan.Add(keys::kArchitecture, std::string(kName));
  plan.AddCount(keys::VocabularySize(kName), vocabulary);
  AddSide(kName, decoder, width, plan);
  plan.AddCount(keys::HeadCount(kName), decoder.heads);
  plan.Add(keys::LayerNormEpsilon(kName), kEpsilon);
  AddSide(kAudioName,
          {.blocks = encoder.blocks, .hidden = encoder.hidden, .positions = encoder.positions},
          width, plan);
  plan.AddCount(keys::kWhisperAudioHeadCount, encoder.heads);
  plan.AddCount(keys::kWhisperMelBands, encoder.bands);
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
