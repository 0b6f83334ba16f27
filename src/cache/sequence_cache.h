// SequenceCache: everything the decoder remembers of one sequence.
#pragma once

#include <memory>
#include <vector>

#include "cache/layer_cache.h"

namespace edgevlm {

// What one sequence needs.
struct CacheShape {
  int layers = 0;
  int capacity = 0;           // positions
  int heads = 0;              // Hkv
  int head_width = 0;         // d
  CacheOptions options = {};  // the policy of all layers

  LayerShape Layer(int layer) const {
    return {layer, layers, capacity, heads, head_width, options};
  }
};

// What a sequence of this shape takes at most once its prompt is read, in bytes.
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
  std::size_t bytes() const;  // taken now

  // REQUIRES: 0 <= index < layers().
  LayerCache& layer(int index) { return *layers_[static_cast<std::size_t>(index)]; }
  const LayerCache& layer(int index) const { return *layers_[static_cast<std::size_t>(index)]; }

  // The prompt has been read.
  void EndPrompt(ThreadPool& pool);

  // The greatest m <= n at which the sequence can be cut back, or copied, to be what it was at m
  // positions: n itself for policies that never evict. Between n and m lies what has to be read
  // again. REQUIRES: 0 <= n <= positions().
  int ExactCut(int n) const;
  // How many positions can be added and cut back exactly: the longest draft. At least 1 below the
  // capacity.
  int Remaining() const;

  // Cuts the sequence back to its first n positions. Drafts may be cut back anywhere behind what
  // was verified; whoever goes back further asks ExactCut. REQUIRES: 0 <= n <= positions().
  void TruncateTo(int n);

  // Becomes the first n positions of `other`, which stays as it is: one prompt, several goes on.
  // REQUIRES: same layers, width and options, n <= capacity(), other.ExactCut(n) == n.
  void CopyFrom(const SequenceCache& other, int n);

  // The same positions under another policy; layer by layer, so that little more memory is taken
  // than the larger of the two needs. REQUIRES: the policy evicts nothing and has never.
  void MoveTo(const CacheOptions& options);

  // Appends all that is held: a header, then each layer. Takes memory.
  void Save(ByteWriter& writer) const;
  // Takes back what Save wrote. Bytes may come from anywhere: nothing is allocated for what they
  // promise. Errors: kCorrupt, and kInvalid for a cache of another shape or policy (its capacity
  // may differ); then nothing is held.
  MaybeError Restore(ByteReader& reader);

 private:
  MaybeError CheckHeader(ByteReader& reader, int& positions) const;

  CacheShape shape_;
  std::vector<std::unique_ptr<LayerCache>> layers_;
};

}  // namespace edgevlm
