// Attention of rows that ask over rows of keys and values (Vaswani et al. 2017), without a matrix
// of scores (online softmax: Milakov and Gimelshein 2018; in blocks: Dao et al. 2022; over threads
// by positions: Dao et al. 2023, "Flash-Decoding").
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/thread_pool.h"
#include "kernels/packed_rows/packed_rows.h"
#include "kernels/row_blocks/row_blocks.h"
#include "tensor/view.h"

namespace edgevlm {

// How many heads ask, and how many have keys and values. REQUIRES: query is a multiple of kv; head
// h of the queries reads head h / (query / kv) of the keys.
struct HeadCounts {
  int query = 1;  // Hq
  int kv = 1;     // Hkv
};

constexpr int kMaxHeadWidth = 256;  // d

// A matrix [N, d] for each of several heads, which lie head_stride values apart: one behind the
// other, or side by side in the rows of a wider matrix. Owned by somebody else.
template <class T>
struct HeadRows {
  View<T> first;  // [N, d] of head 0
  std::ptrdiff_t head_stride = 0;

  View<T> Head(int head) const {
    return {first.data + head * head_stride, first.rows, first.cols, first.stride};
  }
  int rows() const { return first.rows; }  // N
};

// How many of its Values a row of keys holds.
template <class Value>
constexpr int RowCells(int width) {
  return std::is_same_v<Value, BlockQ8_0> ? RowBlocks(width) : width;
}

// The heads of a matrix [N, heads * d].
template <class T>
HeadRows<T> SideBySide(View<T> rows, int heads) {
  const int width = rows.cols / heads;
  return {View<T>(rows.data, rows.rows, width, rows.stride), width};
}

// In what form the rows of a Value lie: HeadRows, or a form of its own.
template <class Value>
struct RowForm {
  using Type = HeadRows<const Value>;
};
template <>
struct RowForm<PackedRows> {
  using Type = PackedRows;
};

// Which positions a row sees.
enum class Sight {
  kAll,     // every one: the cells of an image
  kCausal,  // row t those up to its own, first_position + t: the tokens of a text
};

// In what the products are taken; sums are float32 always.
enum class AttentionPrecision {
  kFloat32,
  kBfloat16,  // where the CPU multiplies pairs of bfloat16 (AVX512_BF16), else as kFloat32
};

// Rows t = 0..T-1. For each head:
//   out[t] = sum_p softmax_p(q[t] . keys[p] / sqrt(d)) * values[p]    over the positions p it sees
//   q, out        [T, Hq * d], out apart from the others; d <= kMaxHeadWidth
//   keys, values  [N, d] per head of Hkv: float32, float16 as its 16 bits, blocks of int8
//                 (row_blocks.h) or packed (packed_rows.h); finite where a row sees them. Those of
//                 a head are read from memory fastest when side by side. Another form is a type for
//                 Value, and how lines-inl.h and attention_scalar.cc read one of its rows.
// With Sight::kAll N >= 1; with kCausal N >= first_position + T, the rows' own keys included.
template <class Value>
struct AttentionCall {
  View<const float> q;
  typename RowForm<Value>::Type keys;
  typename RowForm<Value>::Type values;
  HeadCounts heads;
  Sight sight = Sight::kCausal;
  int first_position = 0;  // of row 0; read with kCausal only
  AttentionPrecision precision = AttentionPrecision::kFloat32;
  // [N], or null: position p counts as 2^log2_counts[p] positions with its key and value. Scores
  // are powers of two in the kernels, so this is added to them ("proportional attention", Bolya et
  // al. 2023).
  const float* log2_counts = nullptr;
  View<float> out;

  int width() const { return q.cols / heads.query; }           // d
  int heads_per_kv() const { return heads.query / heads.kv; }  // that share keys and values
  // Each KV head is asked by heads_per_kv() * T rows: row `asking` is token Token(asking), from
  // column Column on of q and out.
  int Token(int asking) const { return asking / heads_per_kv(); }
  int Column(int kv_head, int asking) const {
    return (kv_head * heads_per_kv() + asking % heads_per_kv()) * width();
  }
  // How many positions row t sees.
  int Visible(int t) const { return sight == Sight::kAll ? keys.rows() : first_position + t + 1; }
};

// Error of kFloat32: (2 d^1.5 + N + 8) * 4 FLT_EPSILON for values of size 1. kBfloat16: keys,
// queries, values and shares keep 8 bits each.
// A row's result has the same bits whatever T and the number of threads are: its sums go by the
// positions alone. Threads: the work is split over the pool by heads, rows and, where those are
// fewer than the threads, positions. Allocates nothing; takes up to 600 KiB of stack.
// Cost 2 Hq * d multiply-adds for every row and position that it sees.
void Attend(const AttentionCall<float>& call, ThreadPool& pool);
void Attend(const AttentionCall<std::uint16_t>& call, ThreadPool& pool);
void Attend(const AttentionCall<BlockQ8_0>& call, ThreadPool& pool);
// Keys are packed Along::kTokens, values Along::kChannels, of one shape else; with a rank or
// outliers in groups of kMaxPackedGroup. The low-rank product and the outliers are never put back
// into rows: they are added to scores and sums (GEAR).
void Attend(const AttentionCall<PackedRows>& call, ThreadPool& pool);

}  // namespace edgevlm
