// The vision transformer (Dosovitskiy et al. 2020) as CLIP (Radford et al. 2021) and SigLIP (Zhai
// et al. 2023) have it: patches become rows, blocks of attention and MLP follow.
#pragma once

#include "model/family.h"

namespace edgevlm {

// encoder "vit", and every file that names none. Reads v.patch_embd, v.position_embd, v.blk.*; a
// class embedding and norms before and after the blocks where the file has them. What is done with
// the image, and how many blocks are run, is up to the projector's family (VisionEncoderUse).
extern const VisionFamily kVit;

}  // namespace edgevlm
