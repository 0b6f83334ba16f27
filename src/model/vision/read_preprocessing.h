// Reads the image keys that all vision encoders share.
#pragma once

#include "image/preprocess.h"
#include "model/weight_reader.h"

namespace edgevlm {

// Reads size, mean and std; the rest keeps its defaults. Errors stay in the reader.
Preprocessing ReadPreprocessing(WeightReader& reader);

}  // namespace edgevlm
