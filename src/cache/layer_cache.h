// LayerCache: the KV cache of one decoder layer for one sequence.
#pragma once

#include <cstddef>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "cache/policy.h"
#include "kernels/attention/attention.h"
#include "tensor/view.h"

namespace edgevlm {

// Queries, keys and values of one layer for T new positions.
struct LayerRows {
  View<const float> q;  // [T, Hq * d]
  View<const float> k;  // [T, Hkv * d]
  View<const float> v;  // [T, Hkv * d]
};

// The interface of all cache policies. A cache has been given positions() positions and holds
// rows() rows per KV head: fewer once a policy has evicted some, and then different ones per head.
// Keys are stored rotated by their own position, so a row is valid in any slot.
// The rows that a position attends to depend on the positions before it alone: not on how they were
// split into calls, on threads, or on other sequences.
// Threads: const methods from any thread, others from one at a time. Nothing is allocated per
// position, except where a policy documents it.
class LayerCache {
 public:
  virtual ~LayerCache() = default;

  const LayerShape& shape() const { return shape_; }
  int capacity() const { return shape_.capacity; }                // positions
  int positions() const { return positions_; }                    // added
  int width() const { return shape_.heads * shape_.head_width; }  // Hkv * d
  virtual int rows() const { return positions_; }                 // held, per KV head
  virtual std::size_t bytes() const = 0;                          // allocated now

  // Appends T positions, which attend to the rows held and to each other causally.
  //   out  [T, Hq * d]
  // REQUIRES: positions() + T <= capacity().
  void Attend(const LayerRows& rows, int query_heads, View<float> out, ThreadPool& pool);
  // The same for positions that attend to each other in both directions, such as those of an image.
  // None of them is evicted before all are read.
  void AttendBothWays(const LayerRows& rows, int query_heads, View<float> out, ThreadPool& pool);
  // Adds T positions without attending: rows.q may be empty.
  void Append(View<const float> keys, View<const float> values);

  // The prompt has been read: a policy that keeps it whole until then may now evict.
  virtual void EndPrompt(ThreadPool&) {}

  // The greatest m <= n for which TruncateTo(m) restores the cache exactly as it was at m
  // positions. For drafts: every n since the last eviction (positions() minus what was added
  // since). REQUIRES: 0 <= n <= positions().
  virtual int ExactCut(int n) const { return n; }
  // The remaining capacity: how many positions can be added before rows are evicted or quantized.
  // Drafts up to this length can be cut back exactly.
  virtual int Remaining() const { return capacity() - positions(); }

  // Drops the positions from n on. Unless ExactCut(n) == n, earlier positions that were evicted or
  // quantized remain so. REQUIRES: 0 <= n <= positions().
  void TruncateTo(int n);

  // Becomes a copy of `other` at n positions. O(n * width).
  // REQUIRES: same shape but for the capacity, n <= capacity(), other.ExactCut(n) == n.
  void CopyFrom(const LayerCache& other, int n);

  // Reads positions [first, first + T) as float32.
  //   keys, values  [T, Hkv * d]
  // REQUIRES: no position was ever evicted, first + T <= positions().
  virtual void Read(int first, View<float> keys, View<float> values) const = 0;

  // Appends the contents of the cache. Allocates.
  virtual void Save(ByteWriter& writer) const = 0;
  // Restores what Save of a cache of the same shape wrote at `positions` positions, and reads no
  // byte more. The bytes are untrusted; all are checked. Errors: kCorrupt; then the cache is empty.
  MaybeError Restore(int positions, ByteReader& reader);

 protected:
  explicit LayerCache(const LayerShape& shape) : shape_(shape) {}

  // Evicts or quantizes rows, so that Remaining() >= 1. REQUIRES: positions() < capacity().
  virtual void Compact(ThreadPool&) {}
  // Evicts now, so that none of the next `rows` positions is evicted before all are added.
  virtual void MakeRoom(int /*rows*/, ThreadPool&) {}
  // Appends T rows: keys, values [T, Hkv * d]. positions() does not count them yet.
  // REQUIRES: T <= Remaining().
  virtual void Add(View<const float> keys, View<const float> values) = 0;
  // Attention of the last T positions, within the layer's window: q, out [T, Hq * d]. With
  // MaskRange::kAll they attend to each other in both directions. Not const: policies may record
  // the queries.
  virtual void AttendNewest(View<const float> q, HeadCounts heads, MaskRange mask, View<float> out,
                            ThreadPool& pool) = 0;
  virtual void Cut(int n) = 0;
  // `other` has the same policy.
  virtual void Copy(const LayerCache& other, int n) = 0;
  virtual MaybeError RestoreRows(int positions, ByteReader& reader) = 0;

 private:
  template <class Each>
  void InChunks(int count, ThreadPool& pool, const Each& each);

  LayerShape shape_;
  int positions_ = 0;
};

}  // namespace edgevlm
