// UltravoxModel: the audio encoder and the projector of Ultravox 0.5. Its language model, which it
// leaves as it was, has a folder of its own.
#include <utility>

#include "convert/huggingface/audio_tower.h"
#include "convert/huggingface/family.h"
#include "convert/huggingface/limits.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kUltravoxName = "ultravox";
constexpr int kUltravoxStack = 8, kUltravoxDecoderWidth = 2048;

constexpr TensorRule kUltravoxRules[] = {
    {"ln_pre", Module<modules::kUltravoxPreNorm>},
    {"linear_1", Module<modules::kUltravoxFirst>},
    {"ln_mid", Module<modules::kUltravoxMidNorm>},
    {"linear_2", Module<modules::kUltravoxSecond>},
};

Result<FilePlan> PlanUltravoxText(ConversionSource& source) {
  return Error{ErrorCode::kUnsupported,
               source.model.path +
                   ": Ultravox has no language model of its own: expected --part audio; convert "
                   "the folder of the model that 'text_model_id' names too"};
}

Result<FilePlan> PlanUltravoxEncoder(ConversionSource& source) {
  JsonObject& config = source.model.config;
  JsonObject audio = config.Object("audio_config"), text = config.Object("text_config");
  const AudioTowerSizes sizes = ReadAudioTowerSizes(audio, kLargeAudioTower);
  const int width = text.Int("hidden_size", 1, kMaxExtent, kUltravoxDecoderWidth);
  const int stack = config.Int("stack_factor", 1, kMaxExtent, kUltravoxStack);
  if (config.String("projector_act", "swiglu") != "swiglu") {
    config.Expect("projector_act", "\"swiglu\"");
  }
  if (!config.Bool("projector_ln_mid", false)) config.Expect("projector_ln_mid", "true");
  for (const JsonObject* object : {&config, &audio, &text}) {
    if (!object->ok()) return object->error();
  }
  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply({{"audio_tower."}, AudioTowerRules(), sizes.blocks});
  builder.Apply({{"multi_modal_projector."}, kUltravoxRules});
  builder.Drop("language_model.*");
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  AddAudioTowerKeys(sizes, width, plan);
  plan.Add(keys::kProjectorType, std::string(kUltravoxName));
  plan.AddCount(keys::kStackFactor, stack);
  plan.tensors = *std::move(tensors);
  MakeColumnsOfBiases(plan.tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kUltravoxFamily = {
    .name = "UltravoxModel", .plan_text = PlanUltravoxText, .plan_vision = PlanUltravoxEncoder};

}  // namespace edgevlm
