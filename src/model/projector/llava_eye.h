// How LLaVA and MobileVLM use their eye: CLIP, on pictures padded to a square.
#pragma once

#include "model/families.h"

namespace edgevlm {

// The picture is padded with the mean colour, then resized (bicubic).
void PadWithMeanColor(WeightReader& reader, Preprocessing& preprocessing);

// Features are taken before the last block (Liu et al. 2023, "Visual Instruction Tuning").
inline constexpr EyeUse kLlavaEye = {.unread_blocks = 1, .prepare = PadWithMeanColor};

}  // namespace edgevlm
