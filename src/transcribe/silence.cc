#include "transcribe/silence.h"

#include <algorithm>

#include "audio/sound.h"

namespace edgevlm {

std::size_t LeadingSilence(std::span<const float> samples) {
  constexpr std::size_t kFrame = kSampleRate / 50;
  constexpr double kMeanSquare = 1e-6;
  for (std::size_t first = 0; first < samples.size(); first += kFrame) {
    const auto frame = samples.subspan(first, std::min(kFrame, samples.size() - first));
    double square = 0;
    for (const float v : frame) square += double{v} * v;
    if (square > kMeanSquare * static_cast<double>(frame.size())) return first;
  }
  return samples.size();
}

}  // namespace edgevlm
