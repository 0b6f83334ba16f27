#include "measure/made_sound.h"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>

namespace edgevlm {

std::vector<float> MakeVoice(int seconds) {
  constexpr int kRate = 16'000;
  std::vector<float> samples(static_cast<std::size_t>(seconds) * kRate);
  std::mt19937 random(7);
  double phase = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / kRate;
    phase += 2 * std::numbers::pi * (120 + 30 * std::sin(3 * t)) / kRate;
    double voice = 0;
    for (int k = 1; k <= 8; ++k) voice += std::sin(k * phase) / k;
    const double noise = static_cast<double>(random()) * 0x1p-31 - 1;
    samples[i] = static_cast<float>(0.1 * voice * (1 + std::sin(11 * t)) + 0.01 * noise);
  }
  return samples;
}

}  // namespace edgevlm
