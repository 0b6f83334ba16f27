// The vision encoder of a model: a vision transformer of the CLIP or the SigLIP kind.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "convert/huggingface/family.h"

namespace edgevlm {

// What a configuration of a vision encoder says.
struct VisionEncoderSizes {
  int image = 0;   // pixels, the side of an image
  int patch = 0;   // pixels
  int width = 0;   // E
  int hidden = 0;  // F
  int blocks = 0;  // that the vision encoder was trained with
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

// Colors in [0, 1] are shifted by the mean and divided by the deviation.
struct ColorNorm {
  std::array<float, 3> mean;
  std::array<float, 3> deviation;
};

// What config.json leaves out is as `usual` has it. Failures go to `config`.
VisionEncoderSizes ReadVisionEncoderSizes(JsonObject& config, const VisionEncoderSizes& usual);

// How many blocks run until the features that a model reads: -2 stands for all but the last one, as
// 23 does for 24 blocks. Failures go to `config`.
int ReadFeatureBlocks(JsonObject& config, std::string_view entry, const VisionEncoderSizes& sizes);

// How a folder prepares images: the entry "image_processor" of processor_config.json, as
// transformers writes it from version 5 on, or else preprocessor_config.json. Empty where there is
// neither. Errors: those of JsonObject.
Result<JsonObject> ReadImageProcessor(const std::string& folder);

// The keys of the vision encoder, those of ReadImageProcessor(folder) included. blocks: that are in
// the file; width: of the decoder. Errors: those of JsonObject, kUnsupported (the activation).
MaybeError AddVisionEncoderKeys(const std::string& folder, const VisionEncoderSizes& sizes,
                                int blocks, int width, const ColorNorm& usual_colors,
                                FilePlan& plan);
// The keys by which a vision encoder of LLaVA's kind gives the features that the model was trained
// with: all blocks in the file run, and the class token comes first. Files without them are run as
// llama.cpp always ran them, which differs in both.
void AddLlavaVisionEncoderKeys(int blocks, FilePlan& plan);

inline constexpr ColorNorm kClipColors = {{0.48145466f, 0.4578275f, 0.40821073f},
                                          {0.26862954f, 0.26130258f, 0.27577711f}};
inline constexpr ColorNorm kHalfColors = {{0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, 0.5f}};

// How the names of a vision encoder's tensors may begin in the modules `towers`: with
// "vision_model." behind the module's name up to version 4 of transformers, without it from version
// 5 on.
std::vector<std::string> VisionEncoderPrefixes(std::initializer_list<std::string_view> towers);

// Tables of tensors. prefixes: how their names may begin.
RuleGroup ClipEmbeddings(std::vector<std::string> prefixes);
RuleGroup SiglipEmbeddings(std::vector<std::string> prefixes);
RuleGroup VisionEncoderBlocks(std::vector<std::string> prefixes, int blocks);

// Leaves out the blocks that do not run, and the norm after the last one.
void DropUnreadBlocks(const std::vector<std::string>& prefixes, int blocks,
                      const VisionEncoderSizes& sizes, PlanBuilder& builder);

}  // namespace edgevlm
