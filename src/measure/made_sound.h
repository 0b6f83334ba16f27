// A sound that is made here, for measurements.
#pragma once

#include <vector>

namespace edgevlm {

// A voice without words: a tone with overtones whose pitch and loudness move, over some noise; the
// same every time. Mono, 16 kHz.
std::vector<float> MakeVoice(int seconds);

}  // namespace edgevlm
