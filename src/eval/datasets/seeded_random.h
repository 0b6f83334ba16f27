// SeededRandom: random choices that are the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "base/check.h"

namespace edgevlm {

// The generator is defined by the C++ standard; its distributions are not, and are not used.
class SeededRandom {
 public:
  explicit SeededRandom(std::uint64_t seed) : generator_(seed) {}

  // A number below `bound`, each with the same probability. REQUIRES: bound > 0.
  std::size_t Below(std::size_t bound) {
    CHECK(bound > 0);
    const std::uint64_t rest = (std::mt19937_64::max() % bound + 1) % bound;
    while (true) {
      const std::uint64_t number = generator_();
      if (number <= std::mt19937_64::max() - rest) return static_cast<std::size_t>(number % bound);
    }
  }

  // REQUIRES: low <= high.
  int Between(int low, int high) {
    return low + static_cast<int>(Below(static_cast<std::size_t>(high - low) + 1));
  }

  // One of the values. REQUIRES: there is one.
  template <class Values>
  const auto& OneOf(const Values& values) {
    return values[Below(std::size(values))];
  }

  template <class T>
  void Shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[Below(i)]);
  }

 private:
  std::mt19937_64 generator_;
};

}  // namespace edgevlm
