// Qwen2VLForConditionalGeneration and Qwen2_5_VLForConditionalGeneration: Qwen2-VL and Qwen2.5-VL.
#include "convert/huggingface/limits.h"
#include "convert/huggingface/qwen_vl.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr TensorRule kPatchRules[] = {
    {"patch_embed.proj", Module<modules::kPatchEmbedding>, Members::kWeight, Treatment::kFirstFrame,
     Storage::kPatches},
    {"patch_embed.proj.weight", Module<modules::kSecondPatchEmbedding>, Members::kValue,
     Treatment::kSecondFrame, Storage::kPatches},
};

constexpr TensorRule kAttentionRules[] = {
    {"blocks.#.attn.qkv", modules::VisionAttnQ, kWithBias, Treatment::kQueryThird},
    {"blocks.#.attn.qkv", modules::VisionAttnK, kWithBias, Treatment::kKeyThird},
    {"blocks.#.attn.qkv", modules::VisionAttnV, kWithBias, Treatment::kValueThird},
    {"blocks.#.attn.proj", modules::VisionAttnOutput, kWithBias},
};

constexpr TensorRule kQwen2BlockRules[] = {
    {"blocks.#.norm1", modules::VisionAttnNorm, kWithBias},
    {"blocks.#.norm2", modules::VisionFfnNorm, kWithBias},
    {"blocks.#.mlp.fc1", modules::VisionFfnUp, kWithBias},
    {"blocks.#.mlp.fc2", modules::VisionFfnDown, kWithBias},
};

constexpr TensorRule kQwen25BlockRules[] = {
    {"blocks.#.norm1", modules::VisionAttnNorm},
    {"blocks.#.norm2", modules::VisionFfnNorm},
    {"blocks.#.mlp.gate_proj", modules::VisionFfnGate, kWithBias},
    {"blocks.#.mlp.up_proj", modules::VisionFfnUp, kWithBias},
    {"blocks.#.mlp.down_proj", modules::VisionFfnDown, kWithBias},
};

constexpr TensorRule kQwen2MergerRules[] = {
    {"merger.ln_q", Module<modules::kVisionPostNorm>, kWithBias},
    {"merger.mlp.0", Module<modules::kProjectorFirst>, kWithBias},
    {"merger.mlp.2", Module<modules::kProjectorSecond>, kWithBias},
};

constexpr TensorRule kQwen25MergerRules[] = {
    {"merger.ln_q", Module<modules::kVisionPostNorm>},
    kQwen2MergerRules[1],
    kQwen2MergerRules[2],
};

Result<FilePlan> PlanQwen2VlText(ConversionSource& source) {
  return PlanQwenVlText(source, {.architecture = "qwen2vl", .axes = LlamaLayout::Axes::kRuns});
}

std::vector<RuleGroup> Qwen2Rules(std::span<const TensorRule> block,
                                  std::span<const TensorRule> merger, int blocks) {
  return {{.rules = kPatchRules},
          {.rules = kAttentionRules, .blocks = blocks},
          {.rules = block, .blocks = blocks},
          {.rules = merger}};
}

Result<FilePlan> PlanQwen2VlVision(ConversionSource& source) {
  constexpr int kMaxRatio = 64;
  JsonObject config = source.model.config.Object("vision_config");
  QwenVlVision vision = ReadQwenVlVision(config);
  vision.projector_type = "qwen2vl_merger";
  vision.default_colors = kClipColors;
  vision.sizes.width = config.Int("embed_dim", 1, kMaxExtent / kMaxRatio);
  const double ratio = config.Number("mlp_ratio", 0.1, kMaxRatio, 4);
  vision.sizes.hidden = static_cast<int>(vision.sizes.width * ratio);
  vision.sizes.activation = config.String("hidden_act", "quick_gelu");
  vision.outputs = config.Int("hidden_size", 1, kMaxExtent);
  if (!config.ok()) return config.error();
  vision.rules = Qwen2Rules(kQwen2BlockRules, kQwen2MergerRules, vision.sizes.blocks);
  return PlanQwenVlVision(source, vision);
}

// GGUF has one number: every n-th block attends to the whole image.
int ReadWindowPattern(JsonObject& config, int blocks) {
  constexpr std::string_view kEntry = "fullatt_block_indexes";
  const std::vector<int> whole = ReadBlockNumbers(config, kEntry, blocks);
  const int pattern = whole.empty() ? 1 : whole.front() + 1;
  std::vector<int> expected;
  for (int block = pattern - 1; block < blocks; block += pattern) expected.push_back(block);
  if (config.ok() && whole != expected) config.Expect(kEntry, "every n-th block");
  return pattern;
}

Result<FilePlan> PlanQwen25VlVision(ConversionSource& source) {
  JsonObject config = source.model.config.Object("vision_config");
  QwenVlVision vision = ReadQwenVlVision(config);
  vision.projector_type = "qwen2.5vl_merger";
  vision.default_colors = kClipColors;
  vision.sizes.width = config.Int("hidden_size", 1, kMaxExtent);
  vision.sizes.hidden = config.Int("intermediate_size", 1, kMaxExtent);
  vision.sizes.activation = config.String("hidden_act", "silu");
  vision.outputs = config.Int("out_hidden_size", 1, kMaxExtent);
  const int window = config.Int("window_size", 1, kMaxExtent, 112);
  const int pattern = ReadWindowPattern(config, vision.sizes.blocks);
  if (!config.ok()) return config.error();
  vision.rules = Qwen2Rules(kQwen25BlockRules, kQwen25MergerRules, vision.sizes.blocks);
  Result<FilePlan> plan = PlanQwenVlVision(source, vision);
  if (!plan) return plan;
  plan->AddCount(keys::kWindowPattern, pattern);
  plan->AddCount(keys::kWindowSize, window);
  return plan;
}

}  // namespace

const HuggingfaceFamily kQwen2VlFamily = {.name = "Qwen2VLForConditionalGeneration",
                                          .plan_text = PlanQwen2VlText,
                                          .plan_vision = PlanQwen2VlVision};
const HuggingfaceFamily kQwen25VlFamily = {.name = "Qwen2_5_VLForConditionalGeneration",
                                           .plan_text = PlanQwen2VlText,
                                           .plan_vision = PlanQwen25VlVision};

}  // namespace edgevlm
