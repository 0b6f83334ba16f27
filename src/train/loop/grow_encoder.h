// GrowVisionEncoder: continues a small vision encoder as a larger one.
#pragma once

#include "train/model/vision_encoder.h"

namespace edgevlm::train {

// Copies the weights of a kSmall encoder into one of another size so that a kMedium one gives the
// same features (Net2Net: Chen et al. 2016): new channels have random weights, but nothing reads
// them yet, and new blocks add zero to the stream. Training makes use of both from the first step,
// as the gradients of what reads them, and of the new blocks' last gains, are not zero. A kFine
// encoder sees things 1.5 times as large and has to get used to it. REQUIRES: the same number of
// feature channels.
void GrowVisionEncoder(const VisionEncoder& small, EncoderSize size, VisionEncoder& into);

}  // namespace edgevlm::train
