// Models in the layout of LLaVA's own code: LlavaLlamaForCausalLM (LLaVA-1.5 as first published)
// and MobileLlamaForCausalLM (MobileVLM, MobileVLM V2). The vision encoder is CLIP, in a folder of
// its own or in the same folder as the decoder.
#include <algorithm>
#include <utility>

#include "convert/huggingface/limits.h"
#include "convert/huggingface/llama_text.h"
#include "convert/huggingface/vision_encoder.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kKnownVisionEncoder = "clip-vit-large-patch14-336";

constexpr TensorRule kMlpRules[] = {
    {"0", Module<modules::kProjectorFirst>, kWithBias},
    {"2", Module<modules::kProjectorSecond>, kWithBias},
};

constexpr TensorRule kLdpRules[] = {
    {"model.mlp.1", [](int) { return modules::LdpMlp(1); }, kWithBias},
    {"model.mlp.3", [](int) { return modules::LdpMlp(3); }, kWithBias},
    {"model.mb_block.#.block.0.0", [](int b) { return modules::LdpBlock(b, 0, "0"); },
     Members::kWeight, Treatment::kSqueezed, Storage::kFloat32},
    {"model.mb_block.#.block.0.1", [](int b) { return modules::LdpBlock(b, 0, "1"); }, kWithBias},
    {"model.mb_block.#.block.1.fc1", [](int b) { return modules::LdpBlock(b, 1, "fc1"); },
     kWithBias, Treatment::kSqueezed},
    {"model.mb_block.#.block.1.fc2", [](int b) { return modules::LdpBlock(b, 1, "fc2"); },
     kWithBias, Treatment::kSqueezed},
    {"model.mb_block.#.block.2.0", [](int b) { return modules::LdpBlock(b, 2, "0"); },
     Members::kWeight, Treatment::kSqueezed},
    {"model.mb_block.#.block.2.1", [](int b) { return modules::LdpBlock(b, 2, "1"); }, kWithBias},
};

constexpr TensorRule kLdpV2Rules[] = {
    {"mlp.mlp.0", [](int) { return modules::LdpMlp(0); }, kWithBias},
    {"mlp.mlp.2", [](int) { return modules::LdpMlp(2); }, kWithBias},
    {"peg.peg.0", Module<modules::kLdpPositional>, kWithBias, Treatment::kSqueezed,
     Storage::kFloat32},
};

// The projectors by their names in config.json.
struct ProjectorRules {
  std::string_view type;  // mm_projector_type
  std::string_view name;  // clip.projector_type
  std::span<const TensorRule> rules;
  int blocks = 0;
};
const ProjectorRules kProjectors[] = {
    {"mlp2x_gelu", "mlp", kMlpRules},
    {"ldpnet", "ldp", kLdpRules, 2},
    {"ldpnetv2", "ldpv2", kLdpV2Rules},
};

const LlamaLayout kOriginalLlavaText = {
    .dropped = {"model.mm_projector.*", "model.vision_tower.*", "model.image_newline"}};

Result<FilePlan> PlanOriginalLlavaText(ConversionSource& source) {
  return PlanLlamaText(source.model, source.model.config, source.dtype, kOriginalLlavaText);
}

// The configuration of the vision encoder and the projector.
struct VisionSettings {
  VisionEncoderSizes sizes;
  int blocks = 0;
  int width = 0;  // of the decoder
  const ProjectorRules* projector = nullptr;
};

VisionEncoderSizes ReadSizes(ConversionSource& source) {
  if (source.vision) {
    JsonObject vision = source.vision->config.Under("vision_config");
    const VisionEncoderSizes sizes = ReadVisionEncoderSizes(vision, kClipLarge336);
    if (!vision.ok()) source.model.config.Fail(vision.error());
    return sizes;
  }
  JsonObject& config = source.model.config;
  const std::string tower = config.String("mm_vision_tower", "");
  if (!tower.ends_with(kKnownVisionEncoder)) {
    config.Expect("mm_vision_tower", std::string(kKnownVisionEncoder) +
                                         ", or the vision encoder's folder (--vision-folder)");
  }
  return kClipLarge336;
}

Result<VisionSettings> ReadSettings(ConversionSource& source) {
  JsonObject& config = source.model.config;
  VisionSettings settings;
  settings.sizes = ReadSizes(source);
  settings.blocks = ReadFeatureBlocks(config, "mm_vision_select_layer", settings.sizes);
  settings.width = config.Int("hidden_size", 1, kMaxExtent);
  if (config.String("mm_vision_select_feature", "patch") != "patch") {
    config.Expect("mm_vision_select_feature", "\"patch\"");
  }
  const std::string type = config.String("mm_projector_type");
  settings.projector = std::ranges::find(kProjectors, type, &ProjectorRules::type);
  if (settings.projector == std::end(kProjectors)) {
    config.Expect("mm_projector_type", "mlp2x_gelu, ldpnet or ldpnetv2");
  }
  if (!config.ok()) return config.error();
  return settings;
}

void ApplyVisionEncoder(const VisionSettings& settings, const std::vector<std::string>& prefixes,
                        PlanBuilder& builder) {
  builder.Apply(ClipEmbeddings(prefixes));
  builder.Apply(VisionEncoderBlocks(prefixes, settings.blocks));
  DropUnreadBlocks(prefixes, settings.blocks, settings.sizes, builder);
}

// The vision encoder's own folder holds all of CLIP; its text model is not needed.
Result<std::vector<PlannedTensor>> PlanVisionEncoderFolder(const ConversionSource& source,
                                                           const VisionSettings& settings) {
  PlanBuilder builder(source.vision->checkpoint, source.dtype);
  ApplyVisionEncoder(settings, VisionEncoderPrefixes({""}), builder);
  for (const char* other :
       {"text_model.*", "logit_scale", "visual_projection.*", "text_projection.*"}) {
    builder.Drop(other);
  }
  return builder.BuildTensors();
}

Result<std::vector<PlannedTensor>> PlanTensors(const ConversionSource& source,
                                               const VisionSettings& settings) {
  PlanBuilder builder(source.model.checkpoint, source.dtype);
  std::vector<PlannedTensor> tensors;
  if (source.vision) {
    auto vision_encoder = PlanVisionEncoderFolder(source, settings);
    if (!vision_encoder) return vision_encoder.error();
    tensors = *std::move(vision_encoder);
    builder.Drop("model.vision_tower.*");
  } else {
    ApplyVisionEncoder(settings, VisionEncoderPrefixes({"model.vision_tower.vision_tower."}),
                       builder);
  }
  builder.Apply({.prefixes = {"model.mm_projector."},
                 .rules = settings.projector->rules,
                 .blocks = settings.projector->blocks,
                 .first_block = 1});
  for (const char* other : {"model.layers.*", "model.embed_tokens.*", "model.norm.*", "lm_head.*",
                            "model.image_newline"}) {
    builder.Drop(other);
  }
  auto others = builder.BuildTensors();
  if (!others) return others.error();
  std::ranges::move(*others, std::back_inserter(tensors));
  return tensors;
}

Result<FilePlan> PlanOriginalLlavaVision(ConversionSource& source) {
  const auto settings = ReadSettings(source);
  if (!settings) return settings.error();
  auto tensors = PlanTensors(source, *settings);
  if (!tensors) return tensors.error();
  const std::string& folder = source.vision ? source.vision->path : source.model.path;
  FilePlan plan;
  if (auto error = AddVisionEncoderKeys(folder, settings->sizes, settings->blocks, settings->width,
                                        kClipColors, plan)) {
    return *error;
  }
  plan.Add(keys::kProjectorType, std::string(settings->projector->name));
  AddLlavaVisionEncoderKeys(settings->blocks, plan);
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace

const HuggingfaceFamily kOriginalLlavaFamily = {.name = "LlavaLlamaForCausalLM",
                                                .plan_text = PlanOriginalLlavaText,
                                                .plan_vision = PlanOriginalLlavaVision};
const HuggingfaceFamily kMobileVlmFamily = {.name = "MobileLlamaForCausalLM",
                                            .plan_text = PlanOriginalLlavaText,
                                            .plan_vision = PlanOriginalLlavaVision};

}  // namespace edgevlm
