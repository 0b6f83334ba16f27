// Phi3ForCausalLM: Phi-3 mini and Phi-3.5 mini. Phi3VForCausalLM: Phi-3-Vision and Phi-3.5-Vision,
// in the layout of Microsoft's own code.
#include <utility>

#include "convert/huggingface/limits.h"
#include "convert/huggingface/llama_text.h"
#include "convert/huggingface/vision_encoder.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr TensorRule kPhi3ProjectorRules[] = {
    {"img_projection.0", Module<modules::kProjectorFirst>, kWithBias},
    {"img_projection.2", Module<modules::kProjectorSecond>, kWithBias},
    {"sub_GN", Module<modules::kImageNewline>, Members::kValue, Treatment::kSqueezed,
     Storage::kFloat32},
    {"glb_GN", Module<modules::kViewSeparator>, Members::kValue, Treatment::kSqueezed,
     Storage::kFloat32},
};

const LlamaLayout kPhi3Layout = {.architecture = "phi3",
                                 .permutes_rope = false,
                                 .is_phi3 = true,
                                 .dropped = {"model.vision_embed_tokens.*"}};

Result<FilePlan> PlanPhi3(ConversionSource& source) {
  return PlanLlamaText(source.model, source.model.config, source.dtype, kPhi3Layout);
}

// Only this form of image embedding is known.
void RejectOtherEmbeddings(JsonObject& config) {
  JsonObject embedding = config.Object("embd_layer");
  if (!embedding.Bool("use_hd_transform", true)) embedding.Expect("use_hd_transform", "true");
  if (!embedding.Bool("with_learnable_separator", true)) {
    embedding.Expect("with_learnable_separator", "true");
  }
  if (embedding.String("hd_transform_order", "sub_glb") != "sub_glb") {
    embedding.Expect("hd_transform_order", "\"sub_glb\"");
  }
  if (embedding.String("projection_cls", "mlp") != "mlp") {
    embedding.Expect("projection_cls", "\"mlp\"");
  }
  if (!embedding.ok()) config.Fail(embedding.error());
}

Result<FilePlan> PlanPhi3Vision(ConversionSource& source) {
  JsonObject& config = source.model.config;
  JsonObject vision = config.Object("img_processor");
  const VisionEncoderSizes sizes = ReadVisionEncoderSizes(vision, kClipLarge336);
  const int width = config.Int("hidden_size", 1, kMaxExtent, 3072);
  const int blocks = ReadFeatureBlocks(vision, "layer_idx", sizes);
  RejectOtherEmbeddings(config);
  auto processor = ReadImageProcessor(source.model.path);
  if (!processor) return processor.error();
  constexpr int kMaxCrops = 64;
  const int crops = processor->Int("num_crops", 1, kMaxCrops, 16);
  for (const JsonObject* object : {&config, &vision, &*processor}) {
    if (!object->ok()) return object->error();
  }
  const std::string embedding = "model.vision_embed_tokens.";
  const std::vector<std::string> prefixes = VisionEncoderPrefixes({embedding + "img_processor."});
  PlanBuilder builder(source.model.checkpoint, source.dtype);
  builder.Apply(ClipEmbeddings(prefixes));
  builder.Apply(VisionEncoderBlocks(prefixes, blocks));
  builder.Apply({{embedding}, kPhi3ProjectorRules});
  DropUnreadBlocks(prefixes, blocks, sizes, builder);
  for (const char* other : {"model.layers.*", "model.embed_tokens.*", "model.norm.*",
                            "lm_head.weight", "model.vision_embed_tokens.wte.*"}) {
    builder.Drop(other);
  }
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  if (auto error =
          AddVisionEncoderKeys(source.model.path, sizes, blocks, width, kClipColors, plan)) {
    return *error;
  }
  plan.Add(keys::kProjectorType, "phi3v");
  plan.Add(keys::kVisionFeatureLayer, std::vector<std::int32_t>{blocks});
  plan.Add(keys::kClassTokenFirst, true);
  plan.AddCount(keys::kPreprocMaxTiles, crops);
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kPhi3Family = {
    .name = "Phi3ForCausalLM", .plan_text = PlanPhi3, .plan_vision = nullptr};
const HuggingfaceFamily kPhi3VFamily = {
    .name = "Phi3VForCausalLM", .plan_text = PlanPhi3, .plan_vision = PlanPhi3Vision};

}  // namespace edgevlm
