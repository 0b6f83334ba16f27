// PackedLayer: every position is held, those of whole groups in 4 bits.
#pragma once

#include <vector>

#include "cache/layer_cache.h"
#include "cache/stored_rows.h"
#include "kernels/packed_rows/packed_rows.h"

namespace edgevlm {

// How many rows are packed together, and what is kept besides their codes (packed_rows.h).
struct PackedForm {
  int group = 0;
  int rank = 0;
  int outliers_per_mille = 0;  // of the values of a group

  // Of one side of a layer. REQUIRES: head_width <= kMaxPackedWidth.
  PackedShape Shape(int head_width, Along along) const {
    return {.width = head_width,
            .group = group,
            .rank = rank,
            .outliers = group * head_width * outliers_per_mille / 1000,
            .along = along};
  }
};

// Positions [k group, (k + 1) group) are packed when the next one comes; until then they wait as
// float16. Memory for the capacity is taken at once and never grows.
// Cuts: exact among the waiting positions and at multiples of the group. A cut elsewhere unpacks
// the positions of its group that stay: they wait again, as rounded as they were.
class PackedLayer final : public LayerCache {
 public:
  PackedLayer(const LayerShape& shape, const PackedForm& form);

  std::size_t bytes() const override;
  int Remaining() const override;
  int ExactCut(int n) const override;
  void Read(int first, View<float> keys, View<float> values) const override;
  void Save(ByteWriter& writer) const override;

  static long long BytesFor(const LayerShape& shape, const PackedForm& form);

 protected:
  void MakeRoom(ThreadPool& pool) override;
  void Add(View<const float> keys, View<const float> values) override;
  void AttendNewest(View<const float> q, HeadCounts heads, View<float> out,
                    ThreadPool& pool) override;
  void Cut(int n) override;
  void Copy(const LayerCache& other, int n) override;
  MaybeError Take(int positions, ByteReader& reader) override;

 private:
  // Keys or values: [Hkv, groups] of the capacity.
  struct Side {
    PackedShape shape;
    std::vector<std::byte> groups;
  };

  std::ptrdiff_t head_stride(const Side& side) const {
    return shape().capacity / form_.group * side.shape.bytes();
  }
  PackedRows Rows(const Side& side, const HeadRows<const std::uint16_t>& waiting) const;
  PackedRows keys() const { return Rows(keys_, waiting_.keys()); }
  PackedRows values() const { return Rows(values_, waiting_.values()); }
  void Pack(int head, Side& side, const HeadRows<const std::uint16_t>& waiting);

  const PackedForm form_;
  Side keys_;
  Side values_;
  HalfRows waiting_;
  int packed_ = 0;  // positions
};

template <const PackedForm& form>
std::unique_ptr<LayerCache> MakePackedLayer(const LayerShape& shape) {
  return std::make_unique<PackedLayer>(shape, form);
}

template <const PackedForm& form>
long long PackedLayerBytes(const LayerShape& shape) {
  return PackedLayer::BytesFor(shape, form);
}

}  // namespace edgevlm
