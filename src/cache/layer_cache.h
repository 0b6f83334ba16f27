// LayerCache: the keys and values of one decoder layer for one sequence.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/view.h"

namespace edgevlm {

// Dense: position p of the sequence lies in row p. Values are float16, held as their 16 bits:
// [N, Hkv * d] for keys, the same for values. Memory for `capacity` positions is taken at once and
// never grows. Threads: const methods from any thread, others from one at a time.
class LayerCache {
 public:
  // width: Hkv * d. REQUIRES: capacity >= 0, width >= 1.
  LayerCache(int capacity, int width);

  int capacity() const { return capacity_; }
  int positions() const { return positions_; }  // N
  int width() const { return width_; }
  std::size_t bytes() const { return 2 * sizeof(std::uint16_t) * keys_.size(); }

  // Adds T positions behind those held, rounding to float16.
  //   keys, values  [T, Hkv * d]
  // REQUIRES: positions() + T <= capacity().
  void Append(View<const float> keys, View<const float> values);

  // Forgets all positions but the first n. REQUIRES: 0 <= n <= positions().
  void TruncateTo(int n);

  // Becomes the first n positions of `other`. REQUIRES: same width, n <= other.positions(),
  // n <= capacity(). O(n * width).
  void CopyFrom(const LayerCache& other, int n);

  // What attention reads: [N, Hkv * d], valid until the next change.
  View<const std::uint16_t> keys() const { return {keys_.data(), positions_, width_}; }
  View<const std::uint16_t> values() const { return {values_.data(), positions_, width_}; }

 private:
  int capacity_;
  int width_;
  int positions_ = 0;
  std::vector<std::uint16_t> keys_;
  std::vector<std::uint16_t> values_;
};

}  // namespace edgevlm
