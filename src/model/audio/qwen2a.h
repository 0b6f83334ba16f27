// Qwen2-Audio: means of two rows of Whisper's encoder, behind a matrix.
#pragma once

#include "model/family.h"

namespace edgevlm {

extern const SoundFamily kQwen2Audio;

}  // namespace edgevlm
