// Shape: the extents of a tensor, row-major, the last one contiguous in memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "base/check.h"

namespace edgevlm {

inline constexpr int kMaxRank = 4;

// A value of up to four extents. A bias is {D}, a matrix {rows, cols}, a convolution {out, in, k,
// k}.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents)
      : Shape(std::span<const std::int64_t>(extents.begin(), extents.size())) {}
  // REQUIRES: at most kMaxRank extents.
  explicit Shape(std::span<const std::int64_t> extents) : rank_(static_cast<int>(extents.size())) {
    CHECK(extents.size() <= kMaxRank);
    for (std::size_t axis = 0; axis < extents.size(); ++axis) extents_[axis] = extents[axis];
  }

  int rank() const { return rank_; }
  std::span<const std::int64_t> extents() const {
    return {extents_.data(), static_cast<std::size_t>(rank_)};
  }
  // REQUIRES: 0 <= axis < rank().
  std::int64_t operator[](int axis) const {
    DCHECK(0 <= axis && axis < rank_);
    return extents_[static_cast<std::size_t>(axis)];
  }
  // REQUIRES: rank() >= 1.
  std::int64_t last() const { return (*this)[rank_ - 1]; }

  // The same extents and rank.
  bool operator==(const Shape&) const = default;

  // The same extents but for leading ones: [1, 1, 5, 5] holds the values of [5, 5]. Writers of GGUF
  // files may drop such extents.
  bool SameUpToLeadingOnes(const Shape& other) const;

  // "[3, 224, 224]".
  std::string ToString() const;

 private:
  std::array<std::int64_t, kMaxRank> extents_{};
  int rank_ = 0;
};

}  // namespace edgevlm
