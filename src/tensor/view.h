// View<T>: a matrix in memory that the caller owns.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include "base/check.h"

namespace edgevlm {

// Row-major [rows, cols]; rows lie `stride` values apart. Copying copies the view, not the values.
template <class T>
struct View {
  T* data = nullptr;
  int rows = 0;
  int cols = 0;
  std::ptrdiff_t stride = 0;  // in values, >= cols

  View() = default;
  View(T* values, int row_count, int col_count)
      : data(values), rows(row_count), cols(col_count), stride(col_count) {}
  View(T* values, int row_count, int col_count, std::ptrdiff_t row_stride)
      : data(values), rows(row_count), cols(col_count), stride(row_stride) {
    DCHECK(row_stride >= col_count);
  }
  // View<float> converts to View<const float>.
  template <class U>
  requires(std::is_same_v<const U, T> && !std::is_const_v<U>) View(const View<U>& other)
      : data(other.data), rows(other.rows), cols(other.cols), stride(other.stride) {}

  // Row offsets are computed only here, in 64 bits.
  std::span<T> Row(int row) const {
    DCHECK(0 <= row && row < rows);
    return {data + row * stride, static_cast<std::size_t>(cols)};
  }

  // Rows [first, first + count).
  View Rows(int first, int count) const {
    DCHECK(0 <= first && 0 <= count && first + count <= rows);
    return View(data + first * stride, count, cols, stride);
  }

  // Columns [first, first + count) of every row.
  View Cols(int first, int count) const {
    DCHECK(0 <= first && 0 <= count && first + count <= cols);
    return View(data + first, rows, count, stride);
  }
};

}  // namespace edgevlm
