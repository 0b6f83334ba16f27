// MobileNetV3 (Howard et al. 2019, "Searching for MobileNetV3"): inverted bottlenecks with
// depthwise convolutions and squeeze and excitation. Batch norms are folded into the weights.
#pragma once

#include "model/family.h"

namespace edgevlm {

// encoder "mobilenet_v3". Reads v.stem, v.blk.*, v.head; strides, windows and activations of the
// blocks are keys, everything else follows from the tensors.
extern const VisionFamily kMobileNetV3;

}  // namespace edgevlm
