// Rotations by Hadamard matrices, which spread an outlier over its neighbors before values are
// rounded to int8 (QuaRot; Ashkboos et al., 2024).
//
// A Hadamard matrix H of size R has the elements 1 and -1, is symmetric, and H H = R I. Products
// survive: w . x = (H w) . (H x) / R.
#pragma once

#include <cstdint>
#include <span>

#include "base/check.h"

namespace edgevlm {

// Multiplies R values, each `stride` apart from the next, by H in place. R is a power of two. Fast
// Walsh-Hadamard transform (Fino and Algazi, 1976); the order of the additions is part of the
// specification.
template <class T>
void Rotate(T* values, int size, int stride) {
  for (int half = size / 2; half >= 1; half /= 2) {
    for (int first = 0; first < size; first += 2 * half) {
      for (int i = first; i < first + half; ++i) {
        T& a = values[stride * i];
        T& b = values[stride * (i + half)];
        const T sum = static_cast<T>(a + b), difference = static_cast<T>(a - b);
        a = sum;
        b = difference;
      }
    }
  }
}

// The sizes of the matrices that rotate a long row: of 64 neighbors each, the rest of 16 or 4.
// Their square roots are powers of two.
inline constexpr int kRowRotations[] = {64, 16, 4};

// The size of the matrix for the inputs from `first` on of a row of n. REQUIRES: n - first >= 4.
inline int RowRotationAt(int first, int n) {
  for (const int size : kRowRotations) {
    if (first % size == 0 && first + size <= n) return size;
  }
  CHECK(false);
  return 0;
}

// The signs of 64 neighbors, drawn once: bit k is set where a value is negated before the rotation.
// Without signs, neighbors that are alike would add up in the first value of a matrix.
inline constexpr std::uint64_t kRowSigns = 0x9ce1'd3a4'5b27'f068;

inline void NegateBySigns(std::span<float> row) {
  for (std::size_t k = 0; k < row.size(); ++k) {
    if ((kRowSigns >> k % 64 & 1) != 0) row[k] = -row[k];
  }
}

// Multiplies a row by these matrices over the square roots of their sizes. REQUIRES: whole fours.
inline void RotateNeighbors(std::span<float> row) {
  const int n = static_cast<int>(row.size());
  CHECK(n % 4 == 0);
  for (int first = 0, size = 0; first < n; first += size) {
    size = RowRotationAt(first, n);
    float* values = row.data() + first;
    Rotate(values, size, 1);
    const float root = size == 64 ? 8.0f : size == 16 ? 4.0f : 2.0f;
    for (int i = 0; i < size; ++i) values[i] /= root;
  }
}

// Rotates a row: lengths and products of rows stay. UnrotateRow gives the row again.
inline void RotateRow(std::span<float> row) {
  NegateBySigns(row);
  RotateNeighbors(row);
}
inline void UnrotateRow(std::span<float> row) {
  RotateNeighbors(row);
  NegateBySigns(row);
}

}  // namespace edgevlm
