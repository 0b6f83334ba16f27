#include "cache/layer_cache.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "base/check.h"
#include "kernels/half/half.h"

namespace edgevlm {

LayerCache::LayerCache(int capacity, int heads, int head_width)
    : capacity_(capacity), heads_(heads), head_width_(head_width) {
  CHECK(capacity >= 0 && heads >= 1 && head_width >= 1);
  const auto all = static_cast<std::size_t>(head_stride()) * static_cast<std::size_t>(heads);
  keys_.resize(all);
  values_.resize(all);
}

void LayerCache::Append(View<const float> keys, View<const float> values) {
  CHECK(keys.rows == values.rows && keys.rows <= capacity_ - positions_);
  CHECK(keys.cols == width() && values.cols == width());
  AppendTo(keys, keys_);
  AppendTo(values, values_);
  positions_ += keys.rows;
}

void LayerCache::AppendTo(View<const float> rows, Halves& halves) const {
  for (int head = 0; head < heads_; ++head) {
    const View<const float> from = rows.Cols(head * head_width_, head_width_);
    const View<std::uint16_t> to(halves.data() + head * head_stride(), capacity_, head_width_);
    for (int row = 0; row < rows.rows; ++row) FloatToHalf(from.Row(row), to.Row(positions_ + row));
  }
}

void LayerCache::TruncateTo(int n) {
  CHECK(0 <= n && n <= positions_);
  positions_ = n;
}

void LayerCache::CopyFrom(const LayerCache& other, int n) {
  CHECK(heads_ == other.heads_ && head_width_ == other.head_width_);
  CHECK(0 <= n && n <= other.positions_ && n <= capacity_);
  CopyHeads(other, other.keys_, n, keys_);
  CopyHeads(other, other.values_, n, values_);
  positions_ = n;
}

void LayerCache::Save(ByteWriter& writer) const {
  for (const Halves* halves : {&keys_, &values_}) {
    for (int head = 0; head < heads_; ++head) {
      const std::size_t count =
          static_cast<std::size_t>(positions_) * static_cast<std::size_t>(head_width_);
      writer.Put(std::as_bytes(std::span(halves->data() + head * head_stride(), count)));
    }
  }
}

bool LayerCache::Restore(int positions, ByteReader& reader) {
  CHECK(0 <= positions && positions <= capacity_);
  for (Halves* halves : {&keys_, &values_}) {
    for (int head = 0; head < heads_; ++head) {
      const std::size_t count =
          static_cast<std::size_t>(positions) * static_cast<std::size_t>(head_width_);
      const auto raw = reader.Take(count * sizeof(std::uint16_t));
      if (!reader.ok()) return false;
      if (count > 0) std::memcpy(halves->data() + head * head_stride(), raw.data(), raw.size());
    }
  }
  positions_ = positions;
  return true;
}

void LayerCache::CopyHeads(const LayerCache& other, const Halves& from, int n, Halves& to) const {
  for (int head = 0; head < heads_; ++head) {
    std::copy_n(from.data() + head * other.head_stride(), std::ptrdiff_t{n} * head_width_,
                to.data() + head * head_stride());
  }
}

}  // namespace edgevlm
