// Recordings and a model with random weights, for tests of what reads sound.
#pragma once

#include <string>

#include "program.h"

namespace edgevlm {

enum class Wave { kSilence, kNoise };

// A WAV file of 8 bits a sample.
std::string WavFile(Wave wave, int seconds, int rate);

// Writes a Whisper with random weights and returns its path, whose name is "tiny-whisper.gguf".
std::string WriteTinyWhisper(const TestFolder& folder);

// Writes a file with the vision encoder of InternVL and the audio encoder of Ultravox, both small,
// and returns its path.
std::string WriteTwoEncoders(const TestFolder& folder);

}  // namespace edgevlm
