// For tests of kernels: random values, guarded memory, and sizes around vector widths.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <vector>

#include "tensor/view.h"

namespace edgevlm {

// Lengths around 4, 8 and 16 lanes, and around four vectors of each.
inline constexpr std::array kTestLengths = {1,  2,  3,  4,  5,  7,  8,  9,  12, 15, 16,
                                            17, 24, 31, 32, 33, 40, 63, 64, 65, 79, 130};

// Distances of the first value from an aligned address.
inline constexpr std::array kTestShifts = {0, 1, 3};

// Normally distributed values. The seed is fixed, so that failures can be reproduced.
class RandomValues {
 public:
  static constexpr unsigned kSeed = 20240607;

  std::vector<float> Draw(int count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = normal_(generator_);
    return values;
  }

 private:
  std::mt19937 generator_{kSeed};
  std::normal_distribution<float> normal_;
};

// A matrix [rows, cols] surrounded by guard values, at a chosen misalignment. Guard values also lie
// between its rows.
template <class T>
class Guarded {
 public:
  Guarded(int rows, int cols, int shift = 0)
      : rows_(rows), cols_(cols), shift_(static_cast<std::size_t>(shift)) {
    values_.assign(kMargin * 2 + shift_ + static_cast<std::size_t>(rows * (cols + kGap)), kGuard);
  }

  View<T> view() { return {values_.data() + kMargin + shift_, rows_, cols_, cols_ + kGap}; }

  void Fill(const std::vector<float>& from) {
    for (int row = 0; row < rows_; ++row) {
      std::copy_n(from.begin() + row * cols_, cols_, view().Row(row).begin());
    }
  }

  // Whether no guard value was overwritten.
  bool intact() {
    std::vector<bool> inside(values_.size(), false);
    for (int row = 0; row < rows_; ++row) {
      const std::ptrdiff_t first = view().Row(row).data() - values_.data();
      std::fill_n(inside.begin() + first, cols_, true);
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (!inside[i] && values_[i] != kGuard) return false;
    }
    return true;
  }

 private:
  static constexpr T kGuard = static_cast<T>(42);
  static constexpr std::size_t kMargin = 64;
  static constexpr int kGap = 3;

  int rows_;
  int cols_;
  std::size_t shift_;
  std::vector<T> values_;
};

}  // namespace edgevlm
