#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/self_attention/self_attention.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/self_attention/self_attention_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activation/activation-inl.h"

// On Highway's one-lane target self_attention_scalar.cc does the work.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

using Vector = hn::VFromD<FullTag>;

constexpr int kQueries = kSelfAttentionQueries;
constexpr int kBlock = 48;  // keys scored and mixed together; a multiple of kKeys
constexpr int kKeys = 6;    // that share what is loaded of the queries
constexpr int kRows = 4;    // queries that share what is loaded of the values
// Vectors side by side: with kKeys sums each they fill the 32 registers of AVX-512 and NEON, or the
// 16 of AVX2 and SSE4.
constexpr int kVectors = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 ? 2 : 4;
static_assert(kBlock % kKeys == 0 && kQueries % (kVectors * kLanes) == 0);

// Queries stand in the lanes: scores, their maxima and sums need no step across lanes, and keys are
// read where they lie, one number at a time.
struct Group {
  int width = 0;         // d
  int padded_width = 0;  // of values and out: whole vectors
  int queries = 0;
  HWY_ALIGN float q[kMaxSelfAttentionWidth * kQueries];     // [d, kQueries], over sqrt(d)
  HWY_ALIGN float values[kBlock * kMaxSelfAttentionWidth];  // [kBlock, padded_width]
  HWY_ALIGN float out[kQueries * kMaxSelfAttentionWidth];   // [kQueries, padded_width]
  HWY_ALIGN float shares[kBlock * kQueries];                // [kBlock, kQueries]
  HWY_ALIGN float highest[kQueries];
  HWY_ALIGN float total[kQueries];
  HWY_ALIGN float shrink[kQueries];

  int lanes() const { return (queries + kLanes - 1) / kLanes * kLanes; }
};

void Start(View<const float> q, Group& group) {
  group.width = q.cols;
  group.padded_width = (q.cols + kLanes - 1) / kLanes * kLanes;
  group.queries = q.rows;
  const float scale = 1.0f / std::sqrt(static_cast<float>(q.cols));
  for (int i = 0; i < q.cols; ++i) {
    float* to = group.q + i * kQueries;
    for (int t = 0; t < group.lanes(); ++t) {
      to[t] = t < q.rows ? q.data[t * q.stride + i] * scale : 0.0f;
    }
  }
  std::fill_n(group.out, q.rows * group.padded_width, 0.0f);
  std::fill_n(group.highest, kQueries, -std::numeric_limits<float>::infinity());
  std::fill_n(group.total, kQueries, 0.0f);
}

// The values of a block side by side: in the rows of all heads they lie a multiple of 4 KiB apart,
// where the nearest cache holds few of them.
void CopyValues(View<const float> v, Group& group) {
  for (int j = 0; j < v.rows; ++j) {
    float* to = group.values + j * group.padded_width;
    std::copy_n(v.data + j * v.stride, v.cols, to);
    std::fill(to + v.cols, to + group.padded_width, 0.0f);
  }
}

// shares[j, t] = sum_i keys[j, i] * q[i, t], for kTileKeys keys and kTileVectors vectors of
// queries.
template <int kTileKeys, int kTileVectors>
void ScoreTile(View<const float> keys, const float* HWY_RESTRICT q, float* HWY_RESTRICT shares) {
  const FullTag d;
  const float* HWY_RESTRICT key[kTileKeys];
  Vector sums[kTileKeys][kTileVectors];
#pragma GCC unroll 6
  for (int j = 0; j < kTileKeys; ++j) {
    key[j] = keys.data + j * keys.stride;
#pragma GCC unroll 4
    for (int v = 0; v < kTileVectors; ++v) sums[j][v] = hn::Zero(d);
  }
  for (int i = 0; i < keys.cols; ++i) {
    Vector part[kTileVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kTileVectors; ++v) part[v] = hn::Load(d, q + i * kQueries + v * kLanes);
#pragma GCC unroll 6
    for (int j = 0; j < kTileKeys; ++j) {
      const Vector value = hn::Set(d, key[j][i]);
#pragma GCC unroll 4
      for (int v = 0; v < kTileVectors; ++v) sums[j][v] = hn::MulAdd(value, part[v], sums[j][v]);
    }
  }
#pragma GCC unroll 6
  for (int j = 0; j < kTileKeys; ++j) {
#pragma GCC unroll 4
    for (int v = 0; v < kTileVectors; ++v) {
      hn::Store(sums[j][v], d, shares + j * kQueries + v * kLanes);
    }
  }
}

template <int kTileVectors>
void ScoreColumns(View<const float> keys, int first_query, Group& group) {
  const float* q = group.q + first_query;
  float* shares = group.shares + first_query;
  int j = 0;
  for (; j + kKeys <= keys.rows; j += kKeys) {
    ScoreTile<kKeys, kTileVectors>(keys.Rows(j, kKeys), q, shares + j * kQueries);
  }
  for (; j < keys.rows; ++j) {
    ScoreTile<1, kTileVectors>(keys.Rows(j, 1), q, shares + j * kQueries);
  }
}

void Score(View<const float> keys, Group& group) {
  int t = 0;
  for (; t + kVectors * kLanes <= group.lanes(); t += kVectors * kLanes) {
    ScoreColumns<kVectors>(keys, t, group);
  }
  for (; t < group.lanes(); t += kLanes) ScoreColumns<1>(keys, t, group);
}

// Scores become shares of the highest score so far; shrink says by how much earlier sums fall.
void ScoresToShares(int keys, Group& group) {
  const FullTag d;
  for (int t = 0; t < group.lanes(); t += kLanes) {
    const Vector before = hn::Load(d, group.highest + t);
    Vector highest = before;
    for (int j = 0; j < keys; ++j) {
      highest = hn::Max(highest, hn::Load(d, group.shares + j * kQueries + t));
    }
    const Vector shrink = Exp(d, hn::Sub(before, highest));
    Vector total = hn::Mul(hn::Load(d, group.total + t), shrink);
    for (int j = 0; j < keys; ++j) {
      float* at = group.shares + j * kQueries + t;
      const Vector share = Exp(d, hn::Sub(hn::Load(d, at), highest));
      hn::Store(share, d, at);
      total = hn::Add(total, share);
    }
    hn::Store(shrink, d, group.shrink + t);
    hn::Store(total, d, group.total + t);
    hn::Store(highest, d, group.highest + t);
  }
}

// out[t, i] = out[t, i] * shrink[t] + sum_j shares[j, t] * values[j, i], for kTileRows queries from
// first_query on and kTileVectors vectors of i from first on.
template <int kTileRows, int kTileVectors>
void MixTile(int first_query, int first, int keys, Group& group) {
  const FullTag d;
  const float* HWY_RESTRICT values = group.values + first;
  const float* HWY_RESTRICT shares = group.shares + first_query;
  float* HWY_RESTRICT out = group.out + first_query * group.padded_width + first;
  Vector sums[kTileRows][kTileVectors];
#pragma GCC unroll 4
  for (int r = 0; r < kTileRows; ++r) {
    const Vector shrink = hn::Set(d, group.shrink[first_query + r]);
#pragma GCC unroll 4
    for (int v = 0; v < kTileVectors; ++v) {
      sums[r][v] = hn::Mul(hn::Load(d, out + r * group.padded_width + v * kLanes), shrink);
    }
  }
  for (int j = 0; j < keys; ++j) {
    Vector part[kTileVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kTileVectors; ++v) {
      part[v] = hn::Load(d, values + j * group.padded_width + v * kLanes);
    }
#pragma GCC unroll 4
    for (int r = 0; r < kTileRows; ++r) {
      const Vector share = hn::Set(d, shares[j * kQueries + r]);
#pragma GCC unroll 4
      for (int v = 0; v < kTileVectors; ++v) sums[r][v] = hn::MulAdd(share, part[v], sums[r][v]);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < kTileRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kTileVectors; ++v) {
      hn::Store(sums[r][v], d, out + r * group.padded_width + v * kLanes);
    }
  }
}

template <int kTileRows>
void MixRows(int first_query, int keys, Group& group) {
  int i = 0;
  for (; i + kVectors * kLanes <= group.padded_width; i += kVectors * kLanes) {
    MixTile<kTileRows, kVectors>(first_query, i, keys, group);
  }
  for (; i < group.padded_width; i += kLanes) {
    MixTile<kTileRows, 1>(first_query, i, keys, group);
  }
}

void Mix(int keys, Group& group) {
  int t = 0;
  for (; t + kRows <= group.queries; t += kRows) MixRows<kRows>(t, keys, group);
  for (; t < group.queries; ++t) MixRows<1>(t, keys, group);
}

}  // namespace

void SelfAttendPart(const SelfAttentionCall& call, const SelfAttentionPart& part) {
  Group group;
  const int rows = call.q.rows / call.pictures;
  const int width = call.q.cols / call.heads;
  const int column = part.head * width;
  const int first = part.picture * rows;
  const int queries = part.last_row - part.first_row;
  Start(call.q.Rows(first + part.first_row, queries).Cols(column, width), group);
  for (int key = 0; key < rows; key += kBlock) {
    const int keys = std::min(kBlock, rows - key);
    CopyValues(call.v.Rows(first + key, keys).Cols(column, width), group);
    Score(call.k.Rows(first + key, keys).Cols(column, width), group);
    ScoresToShares(keys, group);
    Mix(keys, group);
  }
  for (int t = 0; t < queries; ++t) {
    const float scale = 1.0f / group.total[t];
    float* out = call.out.Row(first + part.first_row + t).data() + column;
    for (int i = 0; i < width; ++i) out[i] = group.out[t * group.padded_width + i] * scale;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<SelfAttentionFunction> SelfAttentionHighway() {
  return {HWY_CHOOSE_AVX3(SelfAttendPart), HWY_CHOOSE_AVX2(SelfAttendPart),
          HWY_CHOOSE_SSE4(SelfAttendPart), HWY_CHOOSE_NEON(SelfAttendPart)};
}

}  // namespace edgevlm
#endif
