#include "cache/layer_cache.h"

#include <algorithm>

#include "base/check.h"
#include "kernels/half/half.h"

namespace edgevlm {
namespace {

std::size_t ValuesOf(int positions, int width) {
  return static_cast<std::size_t>(positions) * static_cast<std::size_t>(width);
}

}  // namespace

LayerCache::LayerCache(int capacity, int width) : capacity_(capacity), width_(width) {
  CHECK(capacity >= 0 && width >= 1);
  keys_.resize(ValuesOf(capacity, width));
  values_.resize(ValuesOf(capacity, width));
}

void LayerCache::Append(View<const float> keys, View<const float> values) {
  CHECK(keys.rows == values.rows && keys.rows <= capacity_ - positions_);
  CHECK(keys.cols == width_ && values.cols == width_);
  const View<std::uint16_t> all_keys(keys_.data(), capacity_, width_);
  const View<std::uint16_t> all_values(values_.data(), capacity_, width_);
  for (int row = 0; row < keys.rows; ++row) {
    FloatToHalf(keys.Row(row), all_keys.Row(positions_ + row));
    FloatToHalf(values.Row(row), all_values.Row(positions_ + row));
  }
  positions_ += keys.rows;
}

void LayerCache::TruncateTo(int n) {
  CHECK(0 <= n && n <= positions_);
  positions_ = n;
}

void LayerCache::CopyFrom(const LayerCache& other, int n) {
  CHECK(width_ == other.width_ && 0 <= n && n <= other.positions_ && n <= capacity_);
  std::copy_n(other.keys_.begin(), ValuesOf(n, width_), keys_.begin());
  std::copy_n(other.values_.begin(), ValuesOf(n, width_), values_.begin());
  positions_ = n;
}

}  // namespace edgevlm
