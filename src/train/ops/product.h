// Register-tiled matrix products, for loops compiled with lanes.h.
#pragma once

#include <cstddef>

#include "train/ops/lanes.h"

namespace edgevlm::train {

// The left factor: element [r, t] is data[r * row + t * inner], so it may be transposed.
struct LeftFactor {
  const float* data;
  std::ptrdiff_t row;
  std::ptrdiff_t inner;
};

// A row-major matrix: element [r, c] is data[r * stride + c].
template <class T>
struct Matrix {
  T* data;
  std::ptrdiff_t stride;
  T* Row(std::ptrdiff_t r) const { return data + r * stride; }
};

// Rows of an output tile. Divides kLanes, and leaves registers for the right factor.
template <int kLanes>
inline constexpr int kTileRows = kLanes == 16 ? 8 : 4;

// c[kTileRows, kVectors * kLanes] = a b, or c += a b.
template <int kLanes, int kVectors, bool kAdd>
[[gnu::always_inline]] inline void Tile(const LeftFactor& a, const Matrix<const float>& b,
                                        int inner, const Matrix<float>& c) {
  constexpr int kRows = kTileRows<kLanes>;
  Lanes<kLanes> sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      sums[r][v] = kAdd ? Load<kLanes>(c.Row(r) + v * kLanes) : Lanes<kLanes>{};
    }
  }
  for (int t = 0; t < inner; ++t) {
    Lanes<kLanes> right[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) right[v] = Load<kLanes>(b.Row(t) + v * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const float left = a.data[r * a.row + t * a.inner];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[r][v] += left * right[v];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) Store<kLanes>(sums[r][v], c.Row(r) + v * kLanes);
  }
}

// The same for `columns` columns, a multiple of kLanes.
template <int kLanes, bool kAdd>
[[gnu::always_inline]] inline void MultiplyRows(const LeftFactor& a, const Matrix<const float>& b,
                                                int inner, int columns, const Matrix<float>& c) {
  int first = 0;
  for (; first + 2 * kLanes <= columns; first += 2 * kLanes) {
    Tile<kLanes, 2, kAdd>(a, {b.data + first, b.stride}, inner, {c.data + first, c.stride});
  }
  if (first < columns) {
    Tile<kLanes, 1, kAdd>(a, {b.data + first, b.stride}, inner, {c.data + first, c.stride});
  }
}

}  // namespace edgevlm::train
