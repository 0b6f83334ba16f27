// MobileNetV3 (Howard et al. 2019, "Searching for MobileNetV3"): bottlenecks that widen, look
// around per channel, weigh the channels and narrow again. Batch norms are folded into the weights.
#pragma once

#include "model/family.h"

namespace edgevlm {

// encoder "mobilenet_v3". Reads v.stem, v.blk.*, v.head; strides, windows and activations of the
// blocks are keys, everything else is read off the tensors.
extern const VisionFamily kMobileNetV3;

}  // namespace edgevlm
