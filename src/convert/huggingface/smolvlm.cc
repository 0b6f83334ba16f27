// Idefics3ForConditionalGeneration and SmolVLMForConditionalGeneration: SmolVLM, SmolVLM2.
#include <utility>

#include "convert/huggingface/limits.h"
#include "convert/huggingface/llama_text.h"
#include "convert/huggingface/vision_encoder.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr TensorRule kProjectorRules[] = {
    {"proj", Module<modules::kPixelShuffleProjector>},
};

const LlamaLayout kSmolVlmText = {
    .body_prefixes = {"model.text_model."},
    .dropped = {"model.vision_model.*", "model.connector.*"},
};

// The defaults of absent entries.
const VisionEncoderSizes kDefaultVisionEncoder = {.image = 512,
                                                  .patch = 16,
                                                  .width = 1152,
                                                  .hidden = 3072,
                                                  .blocks = 12,
                                                  .heads = 16,
                                                  .epsilon = 1e-6,
                                                  .activation = "gelu_pytorch_tanh"};

Result<FilePlan> PlanSmolVlmText(ConversionSource& source) {
  return PlanLlamaTextConfig(source, kSmolVlmText);
}

// The longest edge of an image before it is split into tiles; 0 if the folder does not have it.
Result<int> ReadLongestEdge(const std::string& folder) {
  auto config = ReadImageProcessor(folder);
  if (!config) return config.error();
  JsonObject size = config->Object("size");
  const int edge = size.Int("longest_edge", 1, kMaxExtent, 0);
  if (!config->ok()) return config->error();
  if (!size.ok()) return size.error();
  return edge;
}

Result<FilePlan> PlanSmolVlmVision(ConversionSource& source) {
  JsonObject& config = source.model.config;
  JsonObject vision = config.Object("vision_config");
  const VisionEncoderSizes sizes = ReadVisionEncoderSizes(vision, kDefaultVisionEncoder);
  JsonObject text = config.Object("text_config");
  const int width = text.Int("hidden_size", 1, kMaxExtent);
  const int scale = config.Int("scale_factor", 1, kMaxExtent, 2);
  for (const JsonObject* object : {&config, &vision, &text}) {
    if (!object->ok()) return object->error();
  }
  const auto longest_edge = ReadLongestEdge(source.model.path);
  if (!longest_edge) return longest_edge.error();
  const std::vector<std::string> prefixes = {"model.vision_model."};
  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply(SiglipEmbeddings(prefixes));
  builder.Apply(VisionEncoderBlocks(prefixes, sizes.blocks));
  builder.Apply({{"model.connector.modality_projection."}, kProjectorRules});
  builder.Drop("model.text_model.*");
  builder.Drop("lm_head.weight");
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  if (auto error =
          AddVisionEncoderKeys(source.model.path, sizes, sizes.blocks, width, kHalfColors, plan)) {
    return *error;
  }
  plan.Add(keys::kProjectorType, "idefics3");
  plan.AddCount(keys::kProjectorScaleFactor, scale);
  if (*longest_edge > 0) {
    plan.AddCount(keys::kPreprocImageSize, *longest_edge);
  }
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kSmolVlmFamily = {.name = "Idefics3ForConditionalGeneration",
                                          .plan_text = PlanSmolVlmText,
                                          .plan_vision = PlanSmolVlmVision};
const HuggingfaceFamily kSmolVlm2Family = {.name = "SmolVLMForConditionalGeneration",
                                           .plan_text = PlanSmolVlmText,
                                           .plan_vision = PlanSmolVlmVision};

}  // namespace edgevlm
