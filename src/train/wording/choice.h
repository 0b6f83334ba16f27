// Random choices that give the same result with every standard library, so that a seed names a
// text.
#pragma once

#include <cstddef>
#include <random>
#include <span>

namespace edgevlm::train {

// A number in [0, n). The bias of the remainder is below 1e-17. REQUIRES: n > 0.
inline int Choose(int n, std::mt19937_64& rng) {
  return static_cast<int>(rng() % static_cast<std::uint64_t>(n));
}

// True with this probability in [0, 1].
inline bool Chance(double probability, std::mt19937_64& rng) {
  return static_cast<double>(rng() >> 11) * 0x1p-53 < probability;
}

// One of the given values, all equally likely. REQUIRES: not empty.
template <class Values>
const auto& PickOne(const Values& values, std::mt19937_64& rng) {
  return values[static_cast<std::size_t>(Choose(static_cast<int>(std::size(values)), rng))];
}

}  // namespace edgevlm::train
