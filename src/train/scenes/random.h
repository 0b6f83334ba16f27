// Random numbers for scenes, the same on every platform. Called a few times per image.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace edgevlm::train {

// Uniform in [low, high). The same on every platform, unlike std::uniform_real_distribution.
inline float Uniform(std::mt19937_64& rng, float low, float high) {
  constexpr float kStep = 1.0f / 16777216;  // 2^-24: every multiple is exact in float
  return low + (high - low) * static_cast<float>(rng() >> 40) * kStep;
}

// Uniform in [0, count). REQUIRES: count >= 1.
inline int UniformInt(std::mt19937_64& rng, int count) {
  return static_cast<int>(((rng() >> 32) * static_cast<std::uint64_t>(count)) >> 32);
}

// Uniform on a logarithmic scale. REQUIRES: 0 < low <= high.
inline float LogUniform(std::mt19937_64& rng, float low, float high) {
  return low * std::exp(Uniform(rng, 0, std::log(high / low)));
}

inline bool Bernoulli(std::mt19937_64& rng, float probability) {
  return Uniform(rng, 0, 1) < probability;
}

// A random index with probability proportional to its weight. REQUIRES: a positive sum.
inline int Weighted(std::mt19937_64& rng, std::span<const float> weights) {
  float sum = 0;
  for (const float weight : weights) sum += weight;
  float left = Uniform(rng, 0, sum);
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return static_cast<int>(i);
  }
  return static_cast<int>(weights.size()) - 1;
}

// For per-pixel noise, for which std::mt19937_64 would be too slow (Steele et al. 2014,
// SplitMix64).
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}

  std::uint64_t operator()() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace edgevlm::train
