// The vision transformer (Dosovitskiy et al. 2020) as in CLIP (Radford et al. 2021) and SigLIP
// (Zhai et al. 2023): patch embedding, then blocks of attention and MLP.
#pragma once

#include "model/family.h"

namespace edgevlm {

// encoder "vit", and every file that names none. Reads v.patch_embd, v.position_embd, v.blk.*; a
// class embedding and norms before and after the blocks if the file has them, or as the projector's
// family says, with layer scale. Preprocessing and the number of blocks to run depend on that
// family (VisionEncoderUse).
extern const VisionFamily kVit;

}  // namespace edgevlm
