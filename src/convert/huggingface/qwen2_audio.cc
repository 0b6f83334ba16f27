// Qwen2AudioForConditionalGeneration: Qwen2-Audio.
#include <utility>

#include "convert/huggingface/audio_tower.h"
#include "convert/huggingface/limits.h"
#include "convert/huggingface/llama_text.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kQwen2AudioName = "qwen2a";
constexpr int kQwen2AudioDecoderWidth = 4096;

constexpr TensorRule kQwen2AudioRules[] = {
    {"linear", Module<modules::kQwen2AudioOutput>, kWithBias},
};

const LlamaLayout kQwen2AudioText = {
    .architecture = "qwen2",
    .body_prefixes = {"language_model.model.", "model.language_model."},
    .output_prefixes = {"language_model.", ""},
    .permutes_rope = false,
    .dropped = {"audio_tower.*", "multi_modal_projector.*", "model.audio_tower.*",
                "model.multi_modal_projector.*"},
};

Result<FilePlan> PlanQwen2AudioText(ConversionSource& source) {
  return PlanLlamaTextConfig(source, kQwen2AudioText);
}

Result<FilePlan> PlanQwen2AudioEncoder(ConversionSource& source) {
  JsonObject& config = source.model.config;
  JsonObject audio = config.Object("audio_config"), text = config.Object("text_config");
  const AudioTowerSizes sizes = ReadAudioTowerSizes(audio, kLargeAudioTower);
  const int width = text.Int("hidden_size", 1, kMaxExtent, kQwen2AudioDecoderWidth);
  for (const JsonObject* object : {&config, &audio, &text}) {
    if (!object->ok()) return object->error();
  }
  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply({{"audio_tower.", "model.audio_tower."}, AudioTowerRules(), sizes.blocks});
  builder.Apply({{"multi_modal_projector.", "model.multi_modal_projector."}, kQwen2AudioRules});
  for (const char* other : {"language_model.*", "model.language_model.*", "lm_head.weight"}) {
    builder.Drop(other);
  }
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  AddAudioTowerKeys(sizes, width, plan);
  plan.Add(keys::kProjectorType, std::string(kQwen2AudioName));
  plan.tensors = *std::move(tensors);
  MakeColumnsOfBiases(plan.tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kQwen2AudioFamily = {.name = "Qwen2AudioForConditionalGeneration",
                                             .plan_text = PlanQwen2AudioText,
                                             .plan_vision = PlanQwen2AudioEncoder};

}  // namespace edgevlm
