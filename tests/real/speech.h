// Sound like speech, made from formulas, and its log-mel spectrogram as Whisper reads it.
#pragma once

#include <vector>

namespace edgevlm {

inline constexpr int kSampleRate = 16000;  // samples per second
inline constexpr int kMelBands = 80;
inline constexpr int kMelFrames = 3000;  // of 10 ms: Whisper reads 30 s

// About 5 s: syllables of a consonant (noise) and a vowel (glottal pulses through resonators at its
// formants), pauses between words, and a little noise throughout. In [-1, 1], the same on every
// call.
std::vector<float> SyntheticSpeech();

// [kMelFrames, kMelBands] of the samples and silence after them: windows of 25 ms every 10 ms,
// bands on Slaney's mel scale, log10 of their power limited to 8 below the largest, then (x + 4) /
// 4 (Radford et al. 2022, "Robust speech recognition via large-scale weak supervision").
std::vector<float> LogMel(const std::vector<float>& samples);

}  // namespace edgevlm
