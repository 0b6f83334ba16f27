// The sizes of a Whisper encoder whose features a projector reads.
#pragma once

#include "model/audio/whisper_encoder.h"
#include "model/weight_reader.h"

namespace edgevlm {

// From the keys clip.audio.* and the rows of a.position_embd. A failure stays in the reader.
AudioSizes ReadProjectedSizes(WeightReader& reader);

}  // namespace edgevlm
