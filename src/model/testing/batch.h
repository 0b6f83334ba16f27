// Small conversions shared by the tests of the forward passes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "model/testing/reference.h"
#include "tensor/view.h"

namespace edgevlm {

// Values with the shape of a matrix.
struct Buffer {
  Buffer(int row_count, int col_count)
      : rows(row_count),
        cols(col_count),
        values(static_cast<std::size_t>(row_count) * static_cast<std::size_t>(col_count)) {}

  View<float> view() { return {values.data(), rows, cols}; }
  Matrix ToMatrix() const {
    Matrix matrix;
    for (int r = 0; r < rows; ++r) {
      const auto row = values.begin() + std::ptrdiff_t{r} * cols;
      matrix.emplace_back(row, row + cols);
    }
    return matrix;
  }

  int rows;
  int cols;
  std::vector<float> values;
};

// Every value within `tolerance` times the largest expected one.
inline void ExpectClose(const Matrix& found, const Matrix& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  double largest = 0;
  for (const auto& row : expected) {
    for (const double value : row) largest = std::max(largest, std::fabs(value));
  }
  ASSERT_GT(largest, 0.1) << "the reference says nothing";
  for (std::size_t t = 0; t < found.size(); ++t) {
    ASSERT_EQ(found[t].size(), expected[t].size());
    for (std::size_t i = 0; i < found[t].size(); ++i) {
      ASSERT_NEAR(found[t][i], expected[t][i], tolerance * largest) << "at " << t << ", " << i;
    }
  }
}

inline std::vector<int> RandomTokens(int count, int vocabulary, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<int> tokens;
  for (int i = 0; i < count; ++i) {
    tokens.push_back(static_cast<int>(random() % static_cast<unsigned>(vocabulary)));
  }
  return tokens;
}

}  // namespace edgevlm
