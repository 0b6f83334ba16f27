// KV rows: how the keys and values of several heads lie in memory, in the formats that attention
// reads.
//
// A format is a type for Value: float; std::uint16_t, a float16 as its 16 bits; BlockQ8_0, int8 in
// blocks of 32 (q8_rows.h); or Q4Rows, 4 bits in groups of rows (q4_rows.h). A new format needs a
// row reader (row_reader-inl.h) and a case in attention_scalar.cc.
#pragma once

#include <cstddef>
#include <type_traits>

#include "kernels/kv_rows/q4_rows.h"
#include "kernels/kv_rows/q8_rows.h"
#include "tensor/view.h"

namespace edgevlm {

// Positions per block of attention, counted from position 0, so that the order of a query's sums
// does not depend on the other queries of a call. A multiple of the lanes of every
// instruction set.
constexpr int kKvBlock = 96;

// Queries whose scores lie side by side in a tile [positions, kQueryTile].
constexpr int kQueryTile = 64;

// A matrix [N, d] for each of several heads, which lie head_stride values apart: one after the
// other, or side by side in the rows of a wider matrix. A view; the caller owns the memory.
template <class T>
struct HeadRows {
  View<T> first;  // [N, d] of head 0
  std::ptrdiff_t head_stride = 0;

  View<T> Head(int head) const {
    return {first.data + head * head_stride, first.rows, first.cols, first.stride};
  }
  int rows() const { return first.rows; }  // N
};

// How many Values hold one row of `width` numbers.
template <class Value>
constexpr int RowCells(int width) {
  return std::is_same_v<Value, BlockQ8_0> ? Q8Blocks(width) : width;
}

// The heads of a matrix [N, heads * d].
template <class T>
HeadRows<T> SideBySide(View<T> rows, int heads) {
  const int width = rows.cols / heads;
  return {View<T>(rows.data, rows.rows, width, rows.stride), width};
}

// The type that holds the rows of all heads in the format Value: HeadRows, or a type of its own.
template <class Value>
struct KvRowsOf {
  using Type = HeadRows<const Value>;
};
template <>
struct KvRowsOf<Q4Rows> {
  using Type = Q4Rows;
};

}  // namespace edgevlm
