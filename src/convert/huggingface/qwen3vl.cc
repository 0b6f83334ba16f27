// Qwen3VLForConditionalGeneration: Qwen3-VL.
#include <algorithm>

#include "convert/huggingface/limits.h"
#include "convert/huggingface/qwen_vl.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr TensorRule kEmbeddingRules[] = {
    {"patch_embed.proj", Module<modules::kPatchEmbedding>, Members::kWeight, Treatment::kFirstFrame,
     Storage::kPatches},
    {"patch_embed.proj.weight", Module<modules::kSecondPatchEmbedding>, Members::kValue,
     Treatment::kSecondFrame, Storage::kPatches},
    {"patch_embed.proj.bias", [](int) { return modules::Bias(modules::kPatchEmbedding); },
     Members::kValue},
    {"pos_embed", Module<modules::kVisionPositions>, Members::kWeight, Treatment::kCopied,
     Storage::kFloat32},
};

constexpr TensorRule kQwen3BlockRules[] = {
    {"blocks.#.norm1", modules::VisionAttnNorm, kWithBias},
    {"blocks.#.attn.qkv", modules::VisionAttnQkv, kWithBias},
    {"blocks.#.attn.proj", modules::VisionAttnOutput, kWithBias},
    {"blocks.#.norm2", modules::VisionFfnNorm, kWithBias},
    {"blocks.#.mlp.linear_fc1", modules::VisionFfnUp, kWithBias},
    {"blocks.#.mlp.linear_fc2", modules::VisionFfnDown, kWithBias},
};

constexpr TensorRule kQwen3MergerRules[] = {
    {"merger.norm", Module<modules::kVisionPostNorm>, kWithBias},
    {"merger.linear_fc1", Module<modules::kProjectorFirst>, kWithBias},
    {"merger.linear_fc2", Module<modules::kProjectorSecond>, kWithBias},
};

constexpr TensorRule kDeepstackRules[] = {
    {"norm", [](int block) { return modules::DeepstackMerger(block, "norm"); }, kWithBias},
    {"linear_fc1", [](int block) { return modules::DeepstackMerger(block, "fc1"); }, kWithBias},
    {"linear_fc2", [](int block) { return modules::DeepstackMerger(block, "fc2"); }, kWithBias},
};

std::vector<int> ReadDeepstack(JsonObject& vision, int blocks) {
  return ReadBlockNumbers(vision, "deepstack_visual_indexes", blocks);
}

Result<FilePlan> PlanQwen3VlText(ConversionSource& source) {
  JsonObject vision = source.model.config.Object("vision_config");
  const std::vector<int> deepstack = ReadDeepstack(vision, vision.Int("depth", 1, kMaxExtent));
  if (!vision.ok()) return vision.error();
  Result<FilePlan> plan = PlanQwenVlText(
      source,
      {.architecture = "qwen3vl", .has_head_norms = true, .axes = LlamaLayout::Axes::kInterleaved});
  if (plan) {
    plan->AddCount(keys::DeepstackLayerCount("qwen3vl"), static_cast<int>(deepstack.size()));
  }
  return plan;
}

// The mergers are numbered one by one, in GGUF by the block whose output they read.
std::vector<RuleGroup> Qwen3Rules(int blocks, const std::vector<int>& deepstack) {
  std::vector<RuleGroup> rules = {{.rules = kEmbeddingRules},
                                  {.rules = kQwen3BlockRules, .blocks = blocks},
                                  {.rules = kQwen3MergerRules}};
  for (std::size_t i = 0; i < deepstack.size(); ++i) {
    rules.push_back(
        {.prefixes = QwenVisionPrefixes("deepstack_merger_list." + std::to_string(i) + "."),
         .rules = kDeepstackRules,
         .first_block = deepstack[i]});
  }
  return rules;
}

Result<FilePlan> PlanQwen3VlVision(ConversionSource& source) {
  JsonObject config = source.model.config.Object("vision_config");
  QwenVlVision vision = ReadQwenVlVision(config);
  vision.projector_type = "qwen3vl_merger";
  vision.default_colors = kHalfColors;
  vision.sizes.width = config.Int("hidden_size", 1, kMaxExtent);
  vision.sizes.hidden = config.Int("intermediate_size", 1, kMaxExtent);
  vision.sizes.activation = config.String("hidden_act", "gelu_pytorch_tanh");
  vision.outputs = config.Int("out_hidden_size", 1, kMaxExtent);
  const std::vector<int> deepstack = ReadDeepstack(config, vision.sizes.blocks);
  if (!config.ok()) return config.error();
  vision.rules = Qwen3Rules(vision.sizes.blocks, deepstack);
  Result<FilePlan> plan = PlanQwenVlVision(source, vision);
  if (!plan) return plan;
  std::vector<bool> marks(static_cast<std::size_t>(vision.sizes.blocks));
  for (const int block : deepstack) marks[static_cast<std::size_t>(block)] = true;
  plan->Add(keys::kDeepstackLayers, marks);
  return plan;
}

}  // namespace

const HuggingfaceFamily kQwen3VlFamily = {.name = "Qwen3VLForConditionalGeneration",
                                          .plan_text = PlanQwen3VlText,
                                          .plan_vision = PlanQwen3VlVision};

}  // namespace edgevlm
