// SequenceCache: the KV cache of one sequence.
#pragma once

#include <memory>
#include <vector>

#include "cache/layer_cache.h"

namespace edgevlm {

// The shape of the cache of one sequence.
struct CacheShape {
  int layers = 0;
  int capacity = 0;               // positions
  int heads = 0;                  // Hkv
  int head_width = 0;             // d
  CacheOptions options = {};      // the policy of all layers; of those with windows: PolicyOf
  std::vector<int> windows = {};  // [layers], of each layer; empty: none has one

  LayerShape Layer(int layer) const {
    const int window = windows.empty() ? 0 : windows[static_cast<std::size_t>(layer)];
    return {layer, layers, capacity, heads, head_width, window, options};
  }
};

// The maximum size of such a cache in bytes, once its prompt is read.
long long CacheBytes(const CacheShape& shape);

// One LayerCache per layer. Between forward passes all layers hold the same number of positions.
// Threads: as LayerCache.
class SequenceCache {
 public:
  // REQUIRES: layers >= 1, !Validate(options) and what LayerCache requires.
  explicit SequenceCache(const CacheShape& shape);

  const CacheShape& shape() const { return shape_; }
  int layers() const { return shape_.layers; }
  int capacity() const { return shape_.capacity; }
  int positions() const { return layers_.front()->positions(); }
  std::size_t bytes() const;  // allocated now

  // REQUIRES: 0 <= index < layers().
  LayerCache& layer(int index) { return *layers_[static_cast<std::size_t>(index)]; }
  const LayerCache& layer(int index) const { return *layers_[static_cast<std::size_t>(index)]; }

  // The prompt has been read.
  void EndPrompt(ThreadPool& pool);

  // The greatest m <= n at which the sequence can be cut back, or copied, to exactly its state at m
  // positions: n itself for policies that never evict. The positions between m and n must be
  // computed again. REQUIRES: 0 <= n <= positions().
  int ExactCut(int n) const;
  // How many positions can be added and then cut back exactly: the longest draft. At least 1 below
  // the capacity.
  int Remaining() const;

  // Cuts the sequence back to its first n positions. Drafts may be cut back to any verified
  // position; callers that go back further ask ExactCut. REQUIRES: 0 <= n <= positions().
  void TruncateTo(int n);

  // Becomes a copy of the first n positions of `other`: one prompt, several continuations.
  // REQUIRES: same layers, width and options, n <= capacity(), other.ExactCut(n) == n.
  void CopyFrom(const SequenceCache& other, int n);

  // Converts the cache to another policy, layer by layer, so that it needs little more memory than
  // the larger of the two. REQUIRES: the policy evicts nothing and has never.
  void MoveTo(const CacheOptions& options);

  // Appends the contents: a header, then each layer. Allocates.
  void Save(ByteWriter& writer) const;
  // Restores what Save wrote. The bytes are untrusted: sizes in them are checked before anything is
  // allocated. Errors: kCorrupt, and kInvalid for a cache of another shape or policy (its capacity
  // may differ); then the cache is empty.
  MaybeError Restore(ByteReader& reader);

 private:
  MaybeError CheckHeader(ByteReader& reader, int& positions) const;

  CacheShape shape_;
  std::vector<std::unique_ptr<LayerCache>> layers_;
};

}  // namespace edgevlm
