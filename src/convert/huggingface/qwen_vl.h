// What the conversions of Qwen2-VL, Qwen2.5-VL and Qwen3-VL share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "convert/huggingface/llama_text.h"
#include "convert/huggingface/vision_encoder.h"

namespace edgevlm {

// Plans the decoder. Its configuration is config.json itself (as published), or the entry
// "text_config" (as transformers saves it). layout: with architecture, head norms and axes set.
Result<FilePlan> PlanQwenVlText(ConversionSource& source, LlamaLayout layout);

// A vision encoder and its merger.
struct QwenVlVision {
  std::string_view projector_type;
  VisionEncoderSizes sizes;
  int merge = 2;    // patches along the side of a token
  int outputs = 0;  // D
  ColorNorm default_colors;
  std::vector<RuleGroup> rules;  // prefixes are set by PlanQwenVlVision where they are empty
};

// The prefixes of the tensors of the vision encoder, in the order in which versions came.
std::vector<std::string> QwenVisionPrefixes(std::string_view module = "");

// Reads patch_size, spatial_merge_size and the like, which all have in common, from vision_config.
QwenVlVision ReadQwenVlVision(JsonObject& vision);

// Plans tensors and keys; the family adds keys of its own. Errors: as HuggingfaceFamily.
Result<FilePlan> PlanQwenVlVision(ConversionSource& source, const QwenVlVision& vision);

// The entry, a list of block numbers below `blocks`, increasing; empty if absent. Failures are
// recorded in `config`.
std::vector<int> ReadBlockNumbers(JsonObject& config, std::string_view entry, int blocks);

}  // namespace edgevlm
