#include "cache/sequence_cache.h"

#include "base/check.h"

namespace edgevlm {

SequenceCache::SequenceCache(const CacheShape& shape) {
  CHECK(shape.layers >= 1);
  layers_.reserve(static_cast<std::size_t>(shape.layers));
  for (int i = 0; i < shape.layers; ++i) {
    layers_.emplace_back(shape.capacity, shape.heads, shape.head_width);
  }
}

std::size_t SequenceCache::bytes() const { return layers_.size() * layers_.front().bytes(); }

void SequenceCache::TruncateTo(int n) {
  for (LayerCache& layer : layers_) layer.TruncateTo(n);
}

void SequenceCache::CopyFrom(const SequenceCache& other, int n) {
  CHECK(layers() == other.layers());
  for (int i = 0; i < layers(); ++i) layer(i).CopyFrom(other.layer(i), n);
}

}  // namespace edgevlm
