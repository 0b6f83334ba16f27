// Whisper encoders with the true sizes of published ones and random weights, which take as long.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "model/audio/whisper_encoder.h"

namespace edgevlm {

// shape: "tiny", "base" or "small". Errors: kInvalid, lists them.
Result<std::unique_ptr<WhisperEncoder>> MakeRandomEncoder(std::string_view shape, Packing packing);

}  // namespace edgevlm
