#include "convert/preset.h"

#include <string>

namespace edgevlm {
namespace {

// From the models' own config.json, at Hugging Face: mtgv/MobileLLaMA-1.4B-Base, -2.7B-Base,
// TinyLlama/TinyLlama-1.1B-Chat-v1.0, lmsys/vicuna-7b-v1.5, HuggingFaceTB/SmolLM2-135M, -360M,
// HuggingFaceTB/SmolVLM2-2.2B-Instruct, Qwen/Qwen2-1.5B, meta-llama/Llama-3.2-1B,
// openai-community/gpt2, google/gemma-3-270m, -1b-it, -4b-it, OpenGVLab/InternVL3-1B,
// Qwen/Qwen2-VL-2B-Instruct, -7B-Instruct, Qwen/Qwen2.5-VL-3B-Instruct, Qwen/Qwen3-VL-2B-Instruct,
// Salesforce/blip2-opt-2.7b.
constexpr DecoderPreset kMobileLlama14 = {"llama", 2048, 24,   16,    16,    5632,
                                          1e-6f,   1e4f, 2048, 32000, false, false};
constexpr DecoderPreset kMobileLlama27 = {"llama", 2560, 32,   32,    32,    6912,
                                          1e-6f,   1e4f, 2048, 32000, false, false};
constexpr DecoderPreset kTinyLlama = {"llama", 2048, 22,   32,    4,     5632,
                                      1e-5f,   1e4f, 2048, 32000, false, false};
constexpr DecoderPreset kVicuna7 = {"llama", 4096, 32,   32,    32,    11008,
                                    1e-5f,   1e4f, 4096, 32000, false, false};
constexpr DecoderPreset kSmolLm135 = {"llama", 576,  30,   9,     3,    1536,
                                      1e-5f,   1e5f, 8192, 49280, true, false};
constexpr DecoderPreset kSmolLm360 = {"llama", 960,  32,   15,    5,    2560,
                                      1e-5f,   1e5f, 8192, 49280, true, false};
constexpr DecoderPreset kSmolLm17 = {"llama", 2048,      24,   32,    32,    8192,
                                     1e-5f,   273768.0f, 8192, 49280, false, false};
constexpr DecoderPreset kLlama321 = {"llama", 2048,   16,     32,   8,     8192, 1e-5f,
                                     5e5f,    131072, 128256, true, false, true};
constexpr DecoderPreset kGpt2Small = {"gpt2", 768,  12,    12,   12,   3072,  1e-5f,
                                      0,      1024, 50257, true, true, false, PresetBlock::kGpt2};
constexpr DecoderPreset kQwen215 = {"qwen2", 1536, 28,    12,     2,    8960,
                                    1e-6f,   1e6f, 32768, 151936, true, true};

constexpr DecoderPreset kQwen2Audio7 = {"qwen2", 4096, 32,   32,     32,    11008,
                                        1e-5f,   1e4f, 8192, 156032, false, true};

constexpr DecoderPreset kQwen2505 = {"qwen2", 896,  24,    14,     2,    4864,
                                     1e-6f,   1e6f, 32768, 151674, true, true};

constexpr DecoderPreset WithAxes(DecoderPreset preset, const std::array<int, 3>& pairs) {
  preset.axis_pairs = pairs;
  return preset;
}
constexpr DecoderPreset kQwen2Vl2 = WithAxes(
    {"qwen2vl", 1536, 28, 12, 2, 8960, 1e-6f, 1e6f, 32768, 151936, true, true}, {16, 24, 24});
constexpr DecoderPreset kQwen2Vl7 = WithAxes(
    {"qwen2vl", 3584, 28, 28, 4, 18944, 1e-6f, 1e6f, 32768, 152064, false, true}, {16, 24, 24});
constexpr DecoderPreset kQwen25Vl3 = WithAxes(
    {"qwen2vl", 2048, 36, 16, 2, 11008, 1e-6f, 1e6f, 128000, 151936, true, true}, {16, 24, 24});
constexpr DecoderPreset kQwen3Vl2 = {.architecture = "qwen3vl",
                                     .width = 2048,
                                     .blocks = 28,
                                     .heads = 16,
                                     .kv_heads = 8,
                                     .hidden = 6144,
                                     .epsilon = 1e-6f,
                                     .rope_base = 5e6f,
                                     .context = 262144,
                                     .vocabulary = 151936,
                                     .is_tied = true,
                                     .has_qkv_bias = false,
                                     .own_head_width = 128,
                                     .has_head_norms = true,
                                     .axis_pairs = {24, 20, 20},
                                     .image_levels = 3};
constexpr DecoderPreset kOpt27 = {"opt", 2560, 32,    32,   32,   10240, 1e-5f,
                                  0,     2048, 50272, true, true, false, PresetBlock::kOpt};

struct Gemma3Size {
  int width, blocks, heads, kv_heads, hidden, context, window;
  float rope_factor;
};
constexpr DecoderPreset Gemma3Preset(const Gemma3Size& size) {
  return {.architecture = "gemma3",
          .width = size.width,
          .blocks = size.blocks,
          .heads = size.heads,
          .kv_heads = size.kv_heads,
          .hidden = size.hidden,
          .epsilon = 1e-6f,
          .rope_base = 1e6f,
          .context = size.context,
          .vocabulary = 262144,
          .is_tied = true,
          .has_qkv_bias = false,
          .block = PresetBlock::kGemma3,
          .own_head_width = 256,
          .window = size.window,
          .rope_factor = size.rope_factor};
}
constexpr DecoderPreset kGemma3With270M = Gemma3Preset({640, 18, 4, 1, 2048, 32768, 512, 1});
constexpr DecoderPreset kGemma3With1B = Gemma3Preset({1152, 26, 4, 1, 6912, 32768, 512, 1});
constexpr DecoderPreset kGemma3With4B = Gemma3Preset({2560, 34, 8, 4, 10240, 131072, 1024, 8});

// microsoft/Phi-3.5-vision-instruct; its text model has the shape of Phi-3.5-mini-instruct.
constexpr DecoderPreset kPhi35 = {.architecture = "phi3",
                                  .width = 3072,
                                  .blocks = 32,
                                  .heads = 32,
                                  .kv_heads = 32,
                                  .hidden = 8192,
                                  .epsilon = 1e-5f,
                                  .rope_base = 1e4f,
                                  .context = 131072,
                                  .vocabulary = 32064,
                                  .is_tied = false,
                                  .has_qkv_bias = false,
                                  .block = PresetBlock::kPhi3,
                                  .short_context = 4096};

constexpr VisionEncoderPreset ClipL(PresetProjector projector) {
  return {projector, 1024, 23, 16, 4096, 336, 14, PresetVit::kClip, 1};
}
constexpr VisionEncoderPreset kClipHd = {PresetProjector::kPhi3V, 1024, 23, 16, 4096, 336, 14,
                                         PresetVit::kClip,        2};
constexpr VisionEncoderPreset kSigLipBase = {PresetProjector::kIdefics3, 768, 12, 12, 3072, 512, 16,
                                             PresetVit::kSiglip,         4};
constexpr VisionEncoderPreset kSigLipSo400m = {
    PresetProjector::kIdefics3, 1152, 27, 16, 4304, 384, 14, PresetVit::kSiglip, 3};
constexpr VisionEncoderPreset kSigLip896 = {PresetProjector::kGemma3, 1152, 27, 16, 4304, 896, 14,
                                            PresetVit::kSiglip,       4};
constexpr VisionEncoderPreset kInternVit300M = {
    PresetProjector::kInternVl, 1024, 24, 16, 4096, 448, 14, PresetVit::kInternVit, 2};

constexpr VisionEncoderPreset kQwen2Vit = {PresetProjector::kQwen2Vl, 1280, 32, 16, 5120, 560, 14,
                                           PresetVit::kQwen2Vl,       2};
constexpr VisionEncoderPreset kQwen25Vit = {PresetProjector::kQwen25Vl, 1280, 32, 16, 3420, 560, 14,
                                            PresetVit::kQwen25Vl,       2};
constexpr VisionEncoderPreset kQwen3Vit = {PresetProjector::kQwen3Vl, 1024, 24, 16, 4096, 768, 16,
                                           PresetVit::kQwen3Vl,       2};
constexpr VisionEncoderPreset kEvaG = {PresetProjector::kQFormer, 1408, 39, 16, 6144, 224, 14,
                                       PresetVit::kEva,           1};

Result<Preset> FindPublished(std::string_view name) {
  std::string known;
  for (const Preset& preset : Presets()) {
    if (preset.name == name) return preset;
    known += known.empty() ? "" : ", ";
    known += preset.name;
  }
  return Error{ErrorCode::kInvalid,
               "preset: expected one of " + known + ", found " + std::string(name)};
}

}  // namespace

std::span<const Preset> Presets() {
  static const Preset kPresets[] = {
      {"mobilevlm-1.7b", kMobileLlama14, ClipL(PresetProjector::kLdp)},
      {"mobilevlm-3b", kMobileLlama27, ClipL(PresetProjector::kLdp)},
      {"mobilevlm-v2-1.7b", kMobileLlama14, ClipL(PresetProjector::kLdpV2)},
      {"mobilevlm-v2-3b", kMobileLlama27, ClipL(PresetProjector::kLdpV2)},
      {"llava-1.5-7b", kVicuna7, ClipL(PresetProjector::kMlp)},
      {"smolvlm-256m", kSmolLm135, kSigLipBase},
      {"smolvlm-500m", kSmolLm360, kSigLipBase},  // SmolVLM2's 256M and 500M have the same shapes
      {"smolvlm2-2.2b", kSmolLm17, kSigLipSo400m},
      {"tinyllama-1.1b", kTinyLlama, std::nullopt},
      {"mobilellama-1.4b", kMobileLlama14, std::nullopt},
      {"vicuna-7b", kVicuna7, std::nullopt},
      {"smollm2-135m", kSmolLm135, std::nullopt},
      {"smollm2-360m", kSmolLm360, std::nullopt},
      {"qwen2-1.5b", kQwen215, std::nullopt},
      {"llama-3.2-1b", kLlama321, std::nullopt},
      {"gpt2", kGpt2Small, std::nullopt},
      {"gemma-3-4b", kGemma3With4B, kSigLip896},
      {"gemma-3-1b", kGemma3With1B, std::nullopt},
      {"gemma-3-270m", kGemma3With270M, std::nullopt},
      {"internvl3-1b", kQwen2505, kInternVit300M},
      {"qwen2-vl-2b", kQwen2Vl2, kQwen2Vit},
      {"qwen2-vl-7b", kQwen2Vl7, kQwen2Vit},
      {"qwen2.5-vl-3b", kQwen25Vl3, kQwen25Vit},
      {"qwen3-vl-2b", kQwen3Vl2, kQwen3Vit},
      {"phi-3.5-vision", kPhi35, kClipHd},
      {"phi-3.5-mini", kPhi35, std::nullopt},
      {"blip2-opt-2.7b", kOpt27, kEvaG},
      {"opt-2.7b", kOpt27, std::nullopt},
      {"ultravox-0.5-1b", kLlama321, std::nullopt, PresetSound::kUltravox},
      {"qwen2-audio-7b", kQwen2Audio7, std::nullopt, PresetSound::kQwen2Audio},
  };
  return kPresets;
}

Result<Preset> FindPreset(std::string_view name) {
  const std::size_t plus = name.find('+');
  Result<Preset> preset = FindPublished(name.substr(0, plus));
  if (!preset || plus == std::string_view::npos) return preset;
  const Result<Preset> other = FindPublished(name.substr(plus + 1));
  if (!other) return other.error();
  preset->name = name;
  preset->decoder = other->decoder;
  return preset;
}

}  // namespace edgevlm
