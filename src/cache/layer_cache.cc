#include "cache/layer_cache.h"

#include <algorithm>

#include "base/check.h"

namespace edgevlm {

// Calls each(first, rows) for at most Remaining() rows at a time. The cuts depend on positions
// alone, so results do not depend on how many rows arrive at once.
template <class Each>
void LayerCache::InChunks(int count, ThreadPool& pool, const Each& each) {
  CHECK(count <= capacity() - positions_);
  for (int first = 0; first < count;) {
    if (Remaining() == 0) Compact(pool);
    const int rows = std::min(Remaining(), count - first);
    CHECK(rows >= 1);
    each(first, rows);
    first += rows;
  }
}

void LayerCache::Append(View<const float> keys, View<const float> values) {
  CHECK(keys.rows == values.rows && keys.cols == width() && values.cols == width());
  ThreadPool alone(1);
  InChunks(keys.rows, alone, [&](int first, int rows) {
    Add(keys.Rows(first, rows), values.Rows(first, rows));
    positions_ += rows;
  });
}

void LayerCache::Attend(const LayerRows& rows, int query_heads, View<float> out, ThreadPool& pool) {
  CHECK(rows.k.rows == rows.v.rows && rows.k.cols == width() && rows.v.cols == width());
  const HeadCounts heads = {.query = query_heads, .kv = shape_.heads};
  InChunks(rows.q.rows, pool, [&](int first, int count) {
    Add(rows.k.Rows(first, count), rows.v.Rows(first, count));
    positions_ += count;
    AttendNewest(rows.q.Rows(first, count), heads, MaskRange::kCausal, out.Rows(first, count),
                 pool);
  });
}

void LayerCache::AttendBothWays(const LayerRows& rows, int query_heads, View<float> out,
                                ThreadPool& pool) {
  CHECK(rows.k.rows == rows.v.rows && rows.k.cols == width() && rows.v.cols == width());
  const HeadCounts heads = {.query = query_heads, .kv = shape_.heads};
  MakeRoom(rows.q.rows, pool);
  InChunks(rows.q.rows, pool, [&](int first, int count) {
    Add(rows.k.Rows(first, count), rows.v.Rows(first, count));
    positions_ += count;
  });
  AttendNewest(rows.q, heads, MaskRange::kAll, out, pool);
}

void LayerCache::TruncateTo(int n) {
  CHECK(0 <= n && n <= positions_);
  if (n == positions_) return;
  Cut(n);
  positions_ = n;
}

void LayerCache::CopyFrom(const LayerCache& other, int n) {
  CHECK(shape_.heads == other.shape_.heads && shape_.head_width == other.shape_.head_width);
  CHECK(shape_.options == other.shape_.options);
  CHECK(0 <= n && n <= other.positions_ && n <= capacity() && other.ExactCut(n) == n);
  Copy(other, n);
  positions_ = n;
}

MaybeError LayerCache::Restore(int positions, ByteReader& reader) {
  TruncateTo(0);
  if (positions < 0 || positions > capacity()) {
    return Error{ErrorCode::kCorrupt, "cache: positions: expected at most " +
                                          std::to_string(capacity()) + ", found " +
                                          std::to_string(positions)};
  }
  if (auto error = RestoreRows(positions, reader)) {
    Cut(0);
    return error;
  }
  positions_ = positions;
  return std::nullopt;
}

}  // namespace edgevlm
