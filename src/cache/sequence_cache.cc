#include "cache/sequence_cache.h"

#include "base/check.h"

namespace edgevlm {

SequenceCache::SequenceCache(const CacheShape& shape) : shape_(shape) {
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

void SequenceCache::Save(ByteWriter& writer) const {
  for (const int number : {layers(), layer(0).width(), positions()}) writer.Put(number);
  for (const LayerCache& layer : layers_) layer.Save(writer);
}

MaybeError SequenceCache::Restore(ByteReader& reader) {
  TruncateTo(0);
  const auto layers = reader.Get<int>(), width = reader.Get<int>(), positions = reader.Get<int>();
  bool is_sound = reader.ok() && layers == this->layers() && width == layer(0).width() &&
                  0 <= positions && positions <= capacity();
  for (std::size_t i = 0; is_sound && i < layers_.size(); ++i) {
    is_sound = layers_[i].Restore(positions, reader);
  }
  if (is_sound && reader.remaining() == 0) return std::nullopt;
  TruncateTo(0);
  return Error{ErrorCode::kCorrupt, "cache: expected a saved one of this model, found other bytes"};
}

}  // namespace edgevlm
