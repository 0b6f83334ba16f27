// Silence: which part of a sound nobody can speak in, because it is too quiet.
#pragma once

#include <cstddef>
#include <span>

namespace edgevlm {

// Samples before the first 20 ms whose root mean square is above -60 dB of full scale, which a
// microphone's own noise is below and a whisper is not; all if there are none. Cost: some ns a
// sample.
std::size_t LeadingSilence(std::span<const float> samples);

}  // namespace edgevlm
