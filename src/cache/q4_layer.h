// Q4Layer: a KV cache that holds every position, whole groups of them in 4 bits.
#pragma once

#include <vector>

#include "cache/layer_cache.h"
#include "cache/stored_rows.h"
#include "kernels/kv_rows/q4_rows.h"

namespace edgevlm {

// How many rows are quantized together, and with which corrections (q4_rows.h).
struct Q4Form {
  int group = 0;
  int rank = 0;
  int outliers_per_mille = 0;  // of the values of a group

  // The shape of the keys or of the values. REQUIRES: head_width <= kMaxQ4Width.
  Q4Shape Shape(int head_width, Along along) const {
    return {.width = head_width,
            .group = group,
            .rank = rank,
            .outliers = group * head_width * outliers_per_mille / 1000,
            .along = along};
  }
};

// Positions [k group, (k + 1) group) are quantized when the next one is added; until then they are
// float16. Memory for the capacity is allocated at once and never grows.
// Cuts are exact among the unquantized positions and at multiples of the group. A cut elsewhere
// dequantizes the remaining positions of its group, which keep their rounding.
class Q4Layer final : public LayerCache {
 public:
  Q4Layer(const LayerShape& shape, const Q4Form& form);

  std::size_t bytes() const override;
  int Remaining() const override;
  int ExactCut(int n) const override;
  void Read(int first, View<float> keys, View<float> values) const override;
  void Save(ByteWriter& writer) const override;

  static long long BytesFor(const LayerShape& shape, const Q4Form& form);

 protected:
  void Compact(ThreadPool& pool) override;
  void Add(View<const float> keys, View<const float> values) override;
  void AttendNewest(View<const float> q, HeadCounts heads, MaskRange mask, View<float> out,
                    ThreadPool& pool) override;
  void Cut(int n) override;
  void Copy(const LayerCache& other, int n) override;
  MaybeError RestoreRows(int positions, ByteReader& reader) override;

 private:
  // Keys or values: [Hkv, groups] of the capacity.
  struct Side {
    Q4Shape shape;
    std::vector<std::byte> groups;
  };

  std::ptrdiff_t head_stride(const Side& side) const {
    return shape().capacity / form_.group * side.shape.bytes();
  }
  Q4Rows Rows(const Side& side, const HeadRows<const std::uint16_t>& unquantized) const;
  Q4Rows keys() const { return Rows(keys_, unquantized_.keys()); }
  Q4Rows values() const { return Rows(values_, unquantized_.values()); }
  void QuantizeGroup(int head, Side& side, const HeadRows<const std::uint16_t>& unquantized);

  const Q4Form form_;
  Side keys_;
  Side values_;
  HalfRows unquantized_;
  int quantized_ = 0;  // positions
};

template <const Q4Form& form>
std::unique_ptr<LayerCache> MakeQ4Layer(const LayerShape& shape) {
  return std::make_unique<Q4Layer>(shape, form);
}

template <const Q4Form& form>
long long Q4LayerBytes(const LayerShape& shape) {
  return Q4Layer::BytesFor(shape, form);
}

}  // namespace edgevlm
