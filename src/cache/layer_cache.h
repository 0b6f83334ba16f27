// LayerCache: the keys and values of one decoder layer for one sequence.
#pragma once

#include <cstdint>
#include <vector>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "kernels/attention/attention.h"
#include "tensor/view.h"

namespace edgevlm {

// Dense: position p of the sequence lies in row p of every head, [N, d] for keys and the same for
// values, float16 held as its 16 bits. A head's rows lie side by side: whoever attends streams
// them. Memory for `capacity` positions is taken at once and never grows. Threads: const methods
// from any thread, others from one at a time.
class LayerCache {
 public:
  // heads: Hkv, head_width: d. REQUIRES: capacity >= 0, heads >= 1, head_width >= 1.
  LayerCache(int capacity, int heads, int head_width);

  int capacity() const { return capacity_; }
  int positions() const { return positions_; }        // N
  int width() const { return heads_ * head_width_; }  // Hkv * d
  std::size_t bytes() const { return 2 * sizeof(std::uint16_t) * keys_.size(); }

  // Adds T positions behind those held, rounding to float16.
  //   keys, values  [T, Hkv * d]
  // REQUIRES: positions() + T <= capacity().
  void Append(View<const float> keys, View<const float> values);

  // Forgets all positions but the first n. REQUIRES: 0 <= n <= positions().
  void TruncateTo(int n);

  // Becomes the first n positions of `other`. REQUIRES: same heads and width, n <=
  // other.positions(), n <= capacity(). O(n * width).
  void CopyFrom(const LayerCache& other, int n);

  // Appends the rows of all heads; takes them back. Whether the bytes have as many.
  void Save(ByteWriter& writer) const;
  bool Restore(int positions, ByteReader& reader);

  // What attention reads: [N, d] per head, valid until the next change.
  HeadRows<const std::uint16_t> keys() const { return Heads(keys_); }
  HeadRows<const std::uint16_t> values() const { return Heads(values_); }

 private:
  using Halves = std::vector<std::uint16_t>;  // [Hkv, capacity, d]

  std::ptrdiff_t head_stride() const {
    return static_cast<std::ptrdiff_t>(capacity_) * head_width_;
  }
  HeadRows<const std::uint16_t> Heads(const Halves& halves) const {
    return {View<const std::uint16_t>(halves.data(), positions_, head_width_), head_stride()};
  }
  void AppendTo(View<const float> rows, Halves& halves) const;
  void CopyHeads(const LayerCache& other, const Halves& from, int n, Halves& to) const;

  int capacity_;
  int heads_;
  int head_width_;
  int positions_ = 0;
  Halves keys_;
  Halves values_;
};

}  // namespace edgevlm
