// Ultravox: rows of Whisper's encoder, eight side by side, behind an MLP.
#pragma once

#include "model/family.h"

namespace edgevlm {

extern const SoundFamily kUltravox;

}  // namespace edgevlm
