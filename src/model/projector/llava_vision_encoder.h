// How LLaVA and MobileVLM use their vision encoder: CLIP, on images padded to a square.
#pragma once

#include "model/family.h"

namespace edgevlm {

// The image is padded with the mean color, then resized (bicubic).
void PadWithMeanColor(WeightReader& reader, Preprocessing& preprocessing);

// Features are taken before the last block (Liu et al. 2023, "Visual Instruction Tuning").
inline constexpr VisionEncoderUse kLlavaVisionEncoder = {.unread_blocks = 1,
                                                         .prepare = PadWithMeanColor};

}  // namespace edgevlm
