// A vision transformer for images of any size, whose patches have the rotary position of their row
// and column in place of a learned one (Wang et al. 2024, "Qwen2-VL"): the forward pass that
// Qwen2-VL, Qwen2.5-VL and Qwen3-VL share.
#pragma once

#include "model/family.h"

namespace edgevlm {

// The differences between these encoders.
struct GridVitTraits {
  bool has_rms_norms = false;  // else layer norms
  bool has_gated_mlp = false;
  bool has_fused_qkv = false;  // queries, keys and values are stored as one matrix
  bool has_positions = false;  // patches get a learned position added, too: a square table
  bool has_windows = false;    // most blocks attend within windows
  bool has_deepstack = false;  // outputs of some blocks become features, too
};

// Reads v.patch_embd, v.blk.*, v.post_ln and, if present, v.position_embd. Features are in the
// order of OrderPatches without windows; P is the number of patches, and E is 1 + L times the width
// if the outputs of L blocks are features, too, which come behind those of the last block.
// Errors: as LoadVisionEncoder; kUnsupported for merging tokens.
Result<std::unique_ptr<VisionEncoder>> LoadGridVit(const GgufFile& file,
                                                   const GridVitTraits& traits,
                                                   const VisionEncoderUse& use,
                                                   const VisionEncoderOptions& options);

}  // namespace edgevlm
