// SequenceCache: everything the decoder remembers of one sequence.
#pragma once

#include <vector>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/result.h"
#include "cache/layer_cache.h"

namespace edgevlm {

// What one sequence needs.
struct CacheShape {
  int layers = 0;
  int capacity = 0;    // positions
  int heads = 0;       // Hkv
  int head_width = 0;  // d
};

// One LayerCache per layer. Between forward passes all layers hold the same number of positions.
// Threads: as LayerCache.
class SequenceCache {
 public:
  // REQUIRES: layers >= 1 and what LayerCache requires.
  explicit SequenceCache(const CacheShape& shape);

  int layers() const { return static_cast<int>(layers_.size()); }
  int capacity() const { return layers_.front().capacity(); }
  int positions() const { return layers_.front().positions(); }
  std::size_t bytes() const;

  const CacheShape& shape() const { return shape_; }

  // REQUIRES: 0 <= index < layers().
  LayerCache& layer(int index) { return layers_[static_cast<std::size_t>(index)]; }
  const LayerCache& layer(int index) const { return layers_[static_cast<std::size_t>(index)]; }

  // Cuts the sequence back to its first n positions. REQUIRES: 0 <= n <= positions().
  void TruncateTo(int n);

  // Becomes the first n positions of `other`, which stays as it is: one prompt, several goes on.
  // REQUIRES: same layers and width, n <= other.positions(), n <= capacity().
  void CopyFrom(const SequenceCache& other, int n);

  // Appends all that is held: a header, then each layer. Takes memory.
  void Save(ByteWriter& writer) const;
  // Takes back what Save wrote. Bytes may come from anywhere: nothing is allocated for what they
  // promise. Errors: kCorrupt; then nothing is held.
  MaybeError Restore(ByteReader& reader);

 private:
  CacheShape shape_;
  std::vector<LayerCache> layers_;
};

}  // namespace edgevlm
