#include "cache/stored_rows.h"

#include <algorithm>

#include "base/check.h"
#include "kernels/half/half.h"
#include "kernels/kv_rows/q8_rows.h"
#include "tensor/dequantize.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

void WriteRow(std::span<const float> from, std::uint16_t* to) {
  FloatToHalf(from, {to, from.size()});
}
void WriteRow(std::span<const float> from, BlockQ8_0* to) { QuantizeQ8Row(from, to); }

void ReadRow(const std::uint16_t* from, std::span<float> to) { HalfToFloat({from, to.size()}, to); }
void ReadRow(const BlockQ8_0* from, std::span<float> to) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    const BlockQ8_0& block = from[i / kQ8Block];
    to[i] = HalfToFloat(block.scale) * static_cast<float>(block.quants[i % kQ8Block]);
  }
}

bool IsFinite(std::uint16_t half) { return (half & 0x7c00u) != 0x7c00u; }
bool IsFinite(const BlockQ8_0& block) { return IsFinite(block.scale); }

}  // namespace

template <class Value>
StoredRows<Value>::StoredRows(int capacity, int heads, int head_width)
    : capacity_(0), heads_(heads), head_width_(head_width), cells_(RowCells<Value>(head_width)) {
  CHECK(capacity >= 0 && heads >= 1 && head_width >= 1);
  Reserve(capacity);
}

template <class Value>
long long StoredRows<Value>::BytesFor(int capacity, int heads, int head_width) {
  return 2LL * capacity * heads * RowCells<Value>(head_width) *
         static_cast<long long>(sizeof(Value));
}

template <class Value>
void StoredRows<Value>::Append(View<const float> keys, View<const float> values) {
  CHECK(keys.rows == values.rows && keys.rows <= capacity_ - rows_);
  CHECK(keys.cols == heads_ * head_width_ && values.cols == keys.cols);
  for (int head = 0; head < heads_; ++head) {
    const int column = head * head_width_;
    for (int row = 0; row < keys.rows; ++row) {
      WriteRow(keys.Cols(column, head_width_).Row(row), Row(keys_, head, rows_ + row));
      WriteRow(values.Cols(column, head_width_).Row(row), Row(values_, head, rows_ + row));
    }
  }
  rows_ += keys.rows;
}

template <class Value>
void StoredRows<Value>::Read(int first, View<float> to_keys, View<float> to_values) const {
  CHECK(0 <= first && to_keys.rows <= rows_ - first && to_values.rows == to_keys.rows);
  for (int head = 0; head < heads_; ++head) {
    const int column = head * head_width_;
    for (int row = 0; row < to_keys.rows; ++row) {
      ReadRow(keys().Head(head).Row(first + row).data(),
              to_keys.Cols(column, head_width_).Row(row));
      ReadRow(values().Head(head).Row(first + row).data(),
              to_values.Cols(column, head_width_).Row(row));
    }
  }
}

template <class Value>
void StoredRows<Value>::TruncateTo(int n) {
  CHECK(0 <= n && n <= rows_);
  rows_ = n;
}

template <class Value>
void StoredRows<Value>::Keep(int head, std::span<const int> kept) {
  for (Side* side : {&keys_, &values_}) {
    int to = 0;
    for (const int row : kept) {
      DCHECK(to <= row && row < rows_);
      if (row != to) std::copy_n(Row(*side, head, row), cells_, Row(*side, head, to));
      ++to;
    }
  }
}

template <class Value>
void StoredRows<Value>::CopyFrom(const StoredRows& other, int n) {
  CHECK(heads_ == other.heads_ && head_width_ == other.head_width_);
  CHECK(0 <= n && n <= other.rows_ && n <= capacity_);
  for (int head = 0; head < heads_; ++head) {
    const std::ptrdiff_t count = static_cast<std::ptrdiff_t>(n) * cells_;
    std::copy_n(other.keys_.data() + head * other.head_stride(), count, Row(keys_, head, 0));
    std::copy_n(other.values_.data() + head * other.head_stride(), count, Row(values_, head, 0));
  }
  rows_ = n;
}

template <class Value>
void StoredRows<Value>::Reserve(int capacity) {
  CHECK(capacity >= rows_);
  if (capacity == capacity_) return;
  const std::ptrdiff_t before = head_stride();
  capacity_ = capacity;
  for (Side* side : {&keys_, &values_}) {
    Side resized(static_cast<std::size_t>(head_stride()) * static_cast<std::size_t>(heads_));
    for (int head = 0; head < heads_; ++head) {
      std::copy_n(side->data() + head * before, static_cast<std::ptrdiff_t>(rows_) * cells_,
                  Row(resized, head, 0));
    }
    *side = std::move(resized);
  }
}

template <class Value>
void StoredRows<Value>::Save(ByteWriter& writer) const {
  for (const HeadRows<const Value>& side : {keys(), values()}) {
    for (int head = 0; head < heads_; ++head) {
      const std::size_t count = static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cells_);
      writer.Put(std::as_bytes(std::span(side.Head(head).data, count)));
    }
  }
}

template <class Value>
MaybeError StoredRows<Value>::Restore(int rows, ByteReader& reader) {
  CHECK(0 <= rows && rows <= capacity_);
  rows_ = 0;
  for (Side* side : {&keys_, &values_}) {
    for (int head = 0; head < heads_; ++head) {
      const std::size_t count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cells_);
      const auto bytes = reader.ReadBytes(count * sizeof(Value));
      if (!reader.ok()) {
        return Error{ErrorCode::kCorrupt, "cache: rows: expected more bytes, found the end"};
      }
      Value* to = Row(*side, head, 0);
      if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
      if (!std::all_of(to, to + count, [](const Value& value) { return IsFinite(value); })) {
        return Error{ErrorCode::kCorrupt, "cache: rows: expected finite numbers, found others"};
      }
    }
  }
  rows_ = rows;
  return std::nullopt;
}

template class StoredRows<std::uint16_t>;
template class StoredRows<BlockQ8_0>;

}  // namespace edgevlm
