// The projector of Phi-3-Vision (Microsoft 2024): 2 x 2 patches become one row, an MLP maps them,
// and learned rows end each line of the image and part its tiles from the image as a whole.
#pragma once

#include "model/family.h"

namespace edgevlm {

// clip.projector_type "phi3v".
extern const ProjectorFamily kPhi3V;

}  // namespace edgevlm
