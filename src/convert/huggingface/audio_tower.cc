#include "convert/huggingface/audio_tower.h"

#include <string>

#include "convert/huggingface/limits.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr float kAudioTowerEpsilon = 1e-5f;  // PyTorch's; folders do not store it

constexpr int kBandsBeforeLargeV3 = 80;

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

constexpr TensorRule kAudioTowerRules[] = {
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

}  // namespace

AudioTowerSizes ReadAudioTowerSizes(JsonObject& config,
                                    const std::optional<AudioTowerSizes>& defaults) {
  const auto read = [&](const char* name, int AudioTowerSizes::*member) {
    const auto usual = defaults ? std::optional((*defaults).*member) : std::nullopt;
    return config.Int(name, 1, kMaxExtent, usual);
  };
  AudioTowerSizes sizes;
  sizes.bands =
      config.Int("num_mel_bins", 1, kMaxExtent, defaults ? defaults->bands : kBandsBeforeLargeV3);
  sizes.width = read("d_model", &AudioTowerSizes::width);
  sizes.blocks = read("encoder_layers", &AudioTowerSizes::blocks);
  sizes.heads = read("encoder_attention_heads", &AudioTowerSizes::heads);
  sizes.hidden = read("encoder_ffn_dim", &AudioTowerSizes::hidden);
  sizes.positions = read("max_source_positions", &AudioTowerSizes::positions);
  if (config.String("activation_function", "gelu") != "gelu") {
    config.Expect("activation_function", "\"gelu\"");
  }
  if (config.Bool("scale_embedding", false)) config.Expect("scale_embedding", "false");
  return sizes;
}

std::span<const TensorRule> AudioTowerRules() { return kAudioTowerRules; }

void AddAudioTowerKeys(const AudioTowerSizes& sizes, int outputs, FilePlan& plan) {
  plan.Add(keys::kArchitecture, std::string("clip"));
  plan.Add(keys::kHasAudioEncoder, true);
  plan.AddCount(keys::kAudioMelBands, sizes.bands);
  plan.AddCount(keys::kAudioEmbeddingLength, sizes.width);
  plan.AddCount(keys::kAudioFeedForwardLength, sizes.hidden);
  plan.AddCount(keys::kAudioBlockCount, sizes.blocks);
  plan.AddCount(keys::kAudioHeadCount, sizes.heads);
  plan.Add(keys::kAudioLayerNormEpsilon, kAudioTowerEpsilon);
  plan.AddCount(keys::kAudioProjectionDim, outputs);
}

void MakeColumnsOfBiases(std::vector<PlannedTensor>& tensors) {
  for (PlannedTensor& tensor : tensors) {
    for (const int index : {kFirst, kSecond}) {
      if (tensor.name != modules::Bias(modules::AudioConvolution(index))) continue;
      tensor.shape = {tensor.shape[0], 1};
    }
  }
}

}  // namespace edgevlm
