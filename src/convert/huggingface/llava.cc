// LlavaForConditionalGeneration: LLaVA-1.5 in Hugging Face's own layout.
#include <utility>

#include "convert/huggingface/limits.h"
#include "convert/huggingface/llama_text.h"
#include "convert/huggingface/vision_encoder.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kProjectorName = "mlp";

constexpr TensorRule kProjectorRules[] = {
    {"linear_1", Module<modules::kProjectorFirst>, kWithBias},
    {"linear_2", Module<modules::kProjectorSecond>, kWithBias},
};

const LlamaLayout kLlavaText = {
    .body_prefixes = {"language_model.model.", "model.language_model."},
    .output_prefixes = {"language_model.", ""},
    .dropped = {"vision_tower.*", "multi_modal_projector.*", "model.vision_tower.*",
                "model.multi_modal_projector.*"},
};

Result<FilePlan> PlanLlavaText(ConversionSource& source) {
  return PlanLlamaTextConfig(source, kLlavaText);
}

Result<FilePlan> PlanLlavaVision(ConversionSource& source) {
  JsonObject& config = source.model.config;
  JsonObject vision = config.Object("vision_config");
  const VisionEncoderSizes sizes = ReadVisionEncoderSizes(vision, kClipLarge336);
  JsonObject text = config.Object("text_config");
  const int width = text.Int("hidden_size", 1, kMaxExtent, 4096);
  const int blocks = ReadFeatureBlocks(config, "vision_feature_layer", sizes);
  if (config.String("vision_feature_select_strategy", "default") != "default") {
    config.Expect("vision_feature_select_strategy", "\"default\"");
  }
  if (config.String("projector_hidden_act", "gelu") != "gelu") {
    config.Expect("projector_hidden_act", "\"gelu\"");
  }
  for (const JsonObject* object : {&config, &vision, &text}) {
    if (!object->ok()) return object->error();
  }
  const std::vector<std::string> prefixes =
      VisionEncoderPrefixes({"vision_tower.", "model.vision_tower."});
  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply(ClipEmbeddings(prefixes));
  builder.Apply(VisionEncoderBlocks(prefixes, blocks));
  builder.Apply({{"multi_modal_projector.", "model.multi_modal_projector."}, kProjectorRules});
  DropUnreadBlocks(prefixes, blocks, sizes, builder);
  for (const char* other : {"language_model.*", "model.language_model.*", "lm_head.weight"}) {
    builder.Drop(other);
  }
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  if (auto error =
          AddVisionEncoderKeys(source.model.path, sizes, blocks, width, kClipColors, plan)) {
    return *error;
  }
  plan.Add(keys::kProjectorType, std::string(kProjectorName));
  AddLlavaVisionEncoderKeys(blocks, plan);
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kLlavaFamily = {.name = "LlavaForConditionalGeneration",
                                        .plan_text = PlanLlavaText,
                                        .plan_vision = PlanLlavaVision};

}  // namespace edgevlm
