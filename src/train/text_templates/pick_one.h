// PickOne: a random element, the same on every platform.
#pragma once

#include <cstddef>
#include <random>

#include "train/scenes/random.h"

namespace edgevlm::train {

// Uniform. REQUIRES: not empty.
template <class Values>
const auto& PickOne(std::mt19937_64& rng, const Values& values) {
  return values[static_cast<std::size_t>(UniformInt(rng, static_cast<int>(std::size(values))))];
}

}  // namespace edgevlm::train
