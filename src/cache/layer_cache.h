// LayerCache: the keys and values of one decoder layer for one sequence.
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

// What the policies have in common. A cache has seen positions() positions and holds rows() rows
// per KV head: fewer once a policy has evicted some, and then each head its own. Keys lie there
// turned by their own position, so a row means the same wherever it lies.
// What a position sees is a function of the positions before it alone: not of how they were cut
// into calls, of threads, or of other sequences.
// Threads: const methods from any thread, others from one at a time. No memory is taken per
// position, but where a policy says so.
class LayerCache {
 public:
  virtual ~LayerCache() = default;

  const LayerShape& shape() const { return shape_; }
  int capacity() const { return shape_.capacity; }                // positions
  int positions() const { return positions_; }                    // seen
  int width() const { return shape_.heads * shape_.head_width; }  // Hkv * d
  virtual int rows() const { return positions_; }                 // held, per KV head
  virtual std::size_t bytes() const = 0;                          // taken now

  // Adds T positions behind those seen, and lets them attend to what is held up to themselves.
  //   out  [T, Hq * d]
  // REQUIRES: positions() + T <= capacity().
  void Attend(const LayerRows& rows, int query_heads, View<float> out, ThreadPool& pool);
  // Adds T positions without attending: rows.q may be empty.
  void Append(View<const float> keys, View<const float> values);

  // The prompt has been read: a policy that keeps it whole until then may now choose.
  virtual void EndPrompt(ThreadPool&) {}

  // The greatest m <= n for which TruncateTo(m) gives what the cache was when it had seen m
  // positions. For drafts: all n from the last eviction on (positions() less what was added since).
  // REQUIRES: 0 <= n <= positions().
  virtual int ExactCut(int n) const { return n; }
  // How many positions can be added before rows are evicted or packed: drafts no longer than that
  // can be cut back exactly.
  virtual int Remaining() const { return capacity() - positions(); }

  // Forgets positions from n on. Where n is no ExactCut, what was evicted or rounded of earlier
  // positions stays so. REQUIRES: 0 <= n <= positions().
  void TruncateTo(int n);

  // Becomes what `other` was at n positions. O(n * width).
  // REQUIRES: same shape but for the capacity, n <= capacity(), other.ExactCut(n) == n.
  void CopyFrom(const LayerCache& other, int n);

  // Positions [first, first + T) as numbers.
  //   keys, values  [T, Hkv * d]
  // REQUIRES: no position was ever evicted, first + T <= positions().
  virtual void Read(int first, View<float> keys, View<float> values) const = 0;

  // Appends what is held. Takes memory.
  virtual void Save(ByteWriter& writer) const = 0;
  // Takes back what Save of a cache of the same shape wrote at `positions` positions, and no byte
  // more. Bytes may come from anywhere: all are checked. Errors: kCorrupt; then nothing is held.
  MaybeError Restore(int positions, ByteReader& reader);

 protected:
  explicit LayerCache(const LayerShape& shape) : shape_(shape) {}

  // Prepares for more rows: after it Room() >= 1. REQUIRES: positions() < capacity().
  virtual void MakeRoom(ThreadPool&) {}
  // REQUIRES: T <= Room(). positions() is still what it was.
  virtual void Add(View<const float> keys, View<const float> values) = 0;
  // The last q.rows positions added attend. Not const: policies may watch.
  virtual void AttendNewest(View<const float> q, HeadCounts heads, View<float> out,
                            ThreadPool& pool) = 0;
  virtual void Cut(int n) = 0;
  // `other` is of the same policy.
  virtual void Copy(const LayerCache& other, int n) = 0;
  virtual MaybeError Take(int positions, ByteReader& reader) = 0;

 private:
  template <class Each>
  void InPieces(int count, ThreadPool& pool, const Each& each);

  LayerShape shape_;
  int positions_ = 0;
};

}  // namespace edgevlm
