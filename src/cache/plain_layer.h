// PlainLayer: a KV cache that holds every position, each row by itself in one format.
#pragma once

#include "cache/layer_cache.h"
#include "cache/stored_rows.h"

namespace edgevlm {

// Position p is row p of every head. Memory for the capacity is allocated at once and never grows.
// Copies and cuts are exact. Value: as for StoredRows.
template <class Value>
class PlainLayer final : public LayerCache {
 public:
  explicit PlainLayer(const LayerShape& shape)
      : LayerCache(shape), rows_(shape.capacity, shape.heads, shape.head_width) {}

  std::size_t bytes() const override { return rows_.bytes(); }
  void Read(int first, View<float> keys, View<float> values) const override {
    rows_.Read(first, keys, values);
  }
  void Save(ByteWriter& writer) const override { rows_.Save(writer); }

  // The rows that attention reads.
  const StoredRows<Value>& stored() const { return rows_; }

 protected:
  void Add(View<const float> keys, View<const float> values) override {
    rows_.Append(keys, values);
  }
  void AttendNewest(View<const float> q, HeadCounts heads, MaskRange mask, View<float> out,
                    ThreadPool& pool) override {
    edgevlm::Attend({.q = q,
                     .keys = rows_.keys(),
                     .values = rows_.values(),
                     .heads = heads,
                     .mask = mask,
                     .first_position = rows_.rows() - q.rows,
                     .window = shape().window,
                     .out = out},
                    pool);
  }
  void Cut(int n) override { rows_.TruncateTo(n); }
  void Copy(const LayerCache& other, int n) override {
    rows_.CopyFrom(static_cast<const PlainLayer&>(other).rows_, n);
  }
  MaybeError RestoreRows(int positions, ByteReader& reader) override {
    return rows_.Restore(positions, reader);
  }

 private:
  StoredRows<Value> rows_;
};

template <class Value>
std::unique_ptr<LayerCache> MakePlainLayer(const LayerShape& shape) {
  return std::make_unique<PlainLayer<Value>>(shape);
}

template <class Value>
long long PlainLayerBytes(const LayerShape& shape) {
  return StoredRows<Value>::BytesFor(shape.capacity, shape.heads, shape.head_width);
}

}  // namespace edgevlm
