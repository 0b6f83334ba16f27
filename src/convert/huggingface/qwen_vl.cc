#include "convert/huggingface/qwen_vl.h"

#include <utility>

#include "convert/huggingface/limits.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

// Tensors of the decoder, in any version.
constexpr const char* kDecoderTensors[] = {"model.layers.*",         "model.embed_tokens.*",
                                           "model.norm.*",           "model.language_model.*",
                                           "language_model.model.*", "*lm_head.weight"};

// How many pixels an image may have. transformers up to version 4 has both forms.
MaybeError AddPixelLimits(const std::string& folder, FilePlan& plan) {
  constexpr int kMaxPixels = 1 << 30;
  auto config = ReadImageProcessor(folder);
  if (!config) return config.error();
  JsonObject size = config->Object("size");
  const int least = size.Int("shortest_edge", 0, kMaxPixels, 0);
  const int most = size.Int("longest_edge", 0, kMaxPixels, 0);
  const int min_pixels = config->Int("min_pixels", 0, kMaxPixels, least);
  const int max_pixels = config->Int("max_pixels", 0, kMaxPixels, most);
  if (!config->ok()) return config->error();
  if (!size.ok()) return size.error();
  if (min_pixels > 0) plan.AddCount(keys::kImageMinPixels, min_pixels);
  if (max_pixels > 0) plan.AddCount(keys::kImageMaxPixels, max_pixels);
  return std::nullopt;
}

}  // namespace

std::vector<std::string> QwenVisionPrefixes(std::string_view module) {
  std::vector<std::string> prefixes;
  for (const char* prefix : {"visual.", "model.visual."}) {
    prefixes.push_back(std::string(prefix).append(module));
  }
  return prefixes;
}

std::vector<int> ReadBlockNumbers(JsonObject& config, std::string_view entry, int blocks) {
  const nlohmann::json* list = config.Find(entry);
  if (list == nullptr) return {};
  std::vector<int> numbers;
  for (const float number : config.Numbers(entry, list->size())) {
    const int least = numbers.empty() ? 0 : numbers.back() + 1;
    if (!(number >= static_cast<float>(least) && number < static_cast<float>(blocks))) {
      config.Expect(entry, "increasing numbers of blocks below " + std::to_string(blocks));
      return {};
    }
    numbers.push_back(static_cast<int>(number));
  }
  return numbers;
}

Result<FilePlan> PlanQwenVlText(ConversionSource& source, LlamaLayout layout) {
  JsonObject& config = source.model.config;
  layout.body_prefixes = {"model.language_model.", "model.", "language_model.model."};
  layout.output_prefixes = {"", "language_model."};
  layout.permutes_rope = false;
  layout.dropped = {"visual.*", "model.visual.*"};
  JsonObject text = config.Has("text_config") ? config.Under("text_config") : config;
  if (!config.ok()) return config.error();
  return PlanLlamaText(source.model, std::move(text), source.dtype, layout);
}

QwenVlVision ReadQwenVlVision(JsonObject& vision) {
  // A hint in the file only: the encoder takes any size.
  constexpr int kImageSide = 560;
  QwenVlVision read;
  read.sizes.image = kImageSide;
  read.sizes.patch = vision.Int("patch_size", 1, kImageSide, 14);
  read.sizes.blocks = vision.Int("depth", 1, kMaxExtent);
  read.sizes.heads = vision.Int("num_heads", 1, kMaxExtent);
  read.sizes.epsilon = 1e-6;
  read.merge = vision.Int("spatial_merge_size", 1, kImageSide, 2);
  if (vision.Int("temporal_patch_size", 1, kMaxExtent, 2) != 2) {
    vision.Expect("temporal_patch_size", "2");
  }
  return read;
}

Result<FilePlan> PlanQwenVlVision(ConversionSource& source, const QwenVlVision& vision) {
  PlanBuilder builder(source.model.checkpoint, source.dtype);
  for (RuleGroup group : vision.rules) {
    if (group.prefixes.empty()) group.prefixes = QwenVisionPrefixes();
    builder.Apply(group);
  }
  for (const char* other : kDecoderTensors) builder.Drop(other);
  auto tensors = builder.BuildTensors();
  if (!tensors) return tensors.error();
  FilePlan plan;
  if (auto error = AddVisionEncoderKeys(source.model.path, vision.sizes, vision.sizes.blocks,
                                        vision.outputs, vision.default_colors, plan)) {
    return *error;
  }
  plan.Add(keys::kProjectorType, std::string(vision.projector_type));
  plan.AddCount(keys::kSpatialMergeSize, vision.merge);
  if (auto error = AddPixelLimits(source.model.path, plan)) return *error;
  plan.tensors = *std::move(tensors);
  return plan;
}

}  // namespace edgevlm
