// Plans the vision encoder of a model: a CLIP or SigLIP vision transformer.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "convert/huggingface/family.h"

namespace edgevlm {

// The sizes in the configuration of a vision encoder.
struct VisionEncoderSizes {
  int image = 0;   // input size: side in pixels
  int patch = 0;   // pixels
  int width = 0;   // E
  int hidden = 0;  // F
  int blocks = 0;  // of the trained vision encoder; the last ones may stay unused
  int heads = 0;
  double epsilon = 1e-5;
  std::string activation;  // "quick_gelu", "gelu", ...
};

// CLIP ViT-L/14 at 336 pixels (Radford et al. 2021), the vision encoder of LLaVA and MobileVLM.
inline const VisionEncoderSizes kClipLarge336 = {.image = 336,
                                                 .patch = 14,
                                                 .width = 1024,
                                                 .hidden = 4096,
                                                 .blocks = 24,
                                                 .heads = 16,
                                                 .epsilon = 1e-5,
                                                 .activation = "quick_gelu"};

// Normalization of colors in [0, 1]: (value - mean) / deviation.
struct ColorNorm {
  std::array<float, 3> mean;
  std::array<float, 3> deviation;
};

// Absent entries have the values of `defaults`. Failures are recorded in `config`.
VisionEncoderSizes ReadVisionEncoderSizes(JsonObject& config, const VisionEncoderSizes& defaults);

// How many blocks run before the features are read: -2 means all but the last block, as 23 does for
// 24 blocks. Failures are recorded in `config`.
int ReadFeatureBlocks(JsonObject& config, std::string_view entry, const VisionEncoderSizes& sizes);

// The preprocessing configuration of a folder: the entry "image_processor" of processor_config.json
// (transformers 5 and later), else preprocessor_config.json. Empty if neither exists. Errors: those
// of JsonObject.
Result<JsonObject> ReadImageProcessor(const std::string& folder);

// Adds the keys of the vision encoder, including the preprocessing of ReadImageProcessor(folder).
// blocks: in the file; width: of the decoder. Errors: those of JsonObject, kUnsupported (the
// activation).
MaybeError AddVisionEncoderKeys(const std::string& folder, const VisionEncoderSizes& sizes,
                                int blocks, int width, const ColorNorm& default_colors,
                                FilePlan& plan);
// Adds the keys that make a LLaVA vision encoder compute the features that the model was trained
// on: all blocks of the file run, and the class token comes first. Files without these keys run as
// in llama.cpp, which differs in both.
void AddLlavaVisionEncoderKeys(int blocks, FilePlan& plan);

inline constexpr ColorNorm kClipColors = {{0.48145466f, 0.4578275f, 0.40821073f},
                                          {0.26862954f, 0.26130258f, 0.27577711f}};
inline constexpr ColorNorm kHalfColors = {{0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, 0.5f}};

// The possible prefixes of a vision encoder's tensors, given its possible module names `towers`:
// transformers up to version 4 appends "vision_model.", version 5 does not.
std::vector<std::string> VisionEncoderPrefixes(std::initializer_list<std::string_view> towers);

// Rules for the tensors. prefixes: see RuleGroup.
RuleGroup ClipEmbeddings(std::vector<std::string> prefixes);
RuleGroup SiglipEmbeddings(std::vector<std::string> prefixes);
RuleGroup VisionEncoderBlocks(std::vector<std::string> prefixes, int blocks);

// Drops the blocks that do not run, and the norm after the last one.
void DropUnreadBlocks(const std::vector<std::string>& prefixes, int blocks,
                      const VisionEncoderSizes& sizes, PlanBuilder& builder);

}  // namespace edgevlm
