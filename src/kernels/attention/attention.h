// Attention of query rows over rows of keys and values (Vaswani et al. 2017), without a matrix of
// scores (online softmax: Milakov and Gimelshein 2018; in blocks: Dao et al. 2022; split over
// positions: Dao et al. 2023, "Flash-Decoding").
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/thread_pool.h"
#include "kernels/kv_rows/kv_rows.h"
#include "tensor/view.h"

namespace edgevlm {

// The numbers of query heads and of KV heads. REQUIRES: query is a multiple of kv; query head h
// reads KV head h / (query / kv).
struct HeadCounts {
  int query = 1;  // Hq
  int kv = 1;     // Hkv
};

constexpr int kMaxHeadWidth = 256;  // d

// The positions that a query row attends to.
enum class MaskRange {
  kAll,     // every position: the patches of an image
  kCausal,  // row t: those up to its own, first_position + t: the tokens of a text
};

// The format in which products are computed; sums are always float32.
enum class AttentionPrecision {
  kFloat32,
  kBfloat16,  // where the CPU multiplies bf16 pairs (AVX512_BF16), else as kFloat32
};

// Query rows t = 0..T-1. For each head:
//   out[t] = sum_p softmax_p(q[t] . keys[p] / sqrt(d)) * values[p]    over the positions p that the
//                                                                     mask and the window leave
//   q, out        [T, Hq * d]; out must not overlap the others; d <= kMaxHeadWidth
//   keys, values  [N, d] per KV head, in a format of kv_rows.h; finite in the blocks of positions
//                 that a row attends to. Reading is fastest when the rows of a head are contiguous.
// With MaskRange::kAll N >= 1; with kCausal or a window N >= first_position + T, the rows' own keys
// included.
template <class Value>
struct AttentionCall {
  View<const float> q;
  typename KvRowsOf<Value>::Type keys;
  typename KvRowsOf<Value>::Type values;
  HeadCounts heads;
  MaskRange mask = MaskRange::kCausal;
  int first_position = 0;  // of row 0; used with kCausal or a window
  // Row t attends to its own position and the window - 1 before it, beside those after it that the
  // mask leaves (Beltagy et al. 2020, "Longformer"). 0: to all before it.
  int window = 0;
  AttentionPrecision precision = AttentionPrecision::kFloat32;
  // [N], or null. Position p counts as 2^log2_counts[p] positions with the same key and value. The
  // kernels hold scores as powers of two, so this is added to them ("proportional attention", Bolya
  // et al. 2023).
  const float* log2_counts = nullptr;
  View<float> out;

  int width() const { return q.cols / heads.query; }           // d
  int heads_per_kv() const { return heads.query / heads.kv; }  // query heads per KV head
  // Each KV head has heads_per_kv() * T query rows. Query row i belongs to token Token(i) and
  // starts at column Column(head, i) of q and out.
  int Token(int query_row) const { return query_row / heads_per_kv(); }
  int Column(int kv_head, int query_row) const {
    return (kv_head * heads_per_kv() + query_row % heads_per_kv()) * width();
  }
  // The positions that token t attends to: [FirstVisible(t), Visible(t)). Both increase with t.
  int FirstVisible(int t) const {
    return window == 0 ? 0 : std::max(0, first_position + t + 1 - window);
  }
  int Visible(int t) const {
    return mask == MaskRange::kAll ? keys.rows() : first_position + t + 1;
  }
};

// Error of kFloat32: (2 d^1.5 + N + 8) * 4 FLT_EPSILON for values of size 1. kBfloat16: keys,
// queries, values and attention weights keep 8 bits each.
// A row's result has the same bits whatever T and the number of threads are, because the order of
// its sums depends on positions alone. Threads: the work is split over the pool by heads and query
// rows and, where there are fewer of those than threads, by positions. Allocates nothing; uses up
// to 750 KiB of stack. Cost: 2 Hq * d multiply-adds for every row and position that it attends to;
// positions before the windows of all rows of a chunk are not read.
void Attend(const AttentionCall<float>& call, ThreadPool& pool);
void Attend(const AttentionCall<std::uint16_t>& call, ThreadPool& pool);
void Attend(const AttentionCall<BlockQ8_0>& call, ThreadPool& pool);
// Keys are quantized Along::kTokens, values Along::kChannels, with the same shape otherwise; with a
// rank or outliers the group is kMaxQ4Group. The low-rank product and the outliers are never added
// to the rows themselves, only to scores and sums (GEAR).
void Attend(const AttentionCall<Q4Rows>& call, ThreadPool& pool);

}  // namespace edgevlm
