// StoredRows: rows of keys and values, head by head, each row by itself in one format.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/result.h"
#include "base/zeroed_allocator.h"
#include "kernels/attention/attention.h"
#include "tensor/blocks.h"
#include "tensor/view.h"

namespace edgevlm {

// The rows of a head are contiguous, so that attention reads them sequentially. Value:
// std::uint16_t, a float16 as its bits, or BlockQ8_0. Only Reserve allocates. Threads: const
// methods from any thread, others from one at a time.
template <class Value>
class StoredRows {
 public:
  // heads: Hkv, head_width: d.
  StoredRows(int capacity, int heads, int head_width);

  int capacity() const { return capacity_; }  // rows per head
  int rows() const { return rows_; }
  std::size_t bytes() const { return 2 * sizeof(Value) * keys_.size(); }
  static long long BytesFor(int capacity, int heads, int head_width);

  // The rows that attention reads: [rows, d] per head, valid until the next change.
  HeadRows<const Value> keys() const { return Heads(keys_); }
  HeadRows<const Value> values() const { return Heads(values_); }

  // Appends T rows, rounded to Value. keys, values: [T, Hkv * d]. REQUIRES: rows() + T <=
  // capacity().
  void Append(View<const float> keys, View<const float> values);
  // Reads rows [first, first + T) as float32. keys, values: [T, Hkv * d].
  void Read(int first, View<float> keys, View<float> values) const;

  // Drops all rows but the first n of every head. REQUIRES: 0 <= n <= rows().
  void TruncateTo(int n);
  // Moves the rows `kept` of one head, in increasing order, to its first slots. The other slots are
  // then undefined: call TruncateTo(kept.size()) when all heads have chosen that many.
  void Keep(int head, std::span<const int> kept);
  // Becomes a copy of the first n rows of `other`. REQUIRES: same heads and width, n <= capacity().
  void CopyFrom(const StoredRows& other, int n);
  // Reallocates to exactly this capacity, keeping the rows. REQUIRES: capacity >=
  // rows().
  void Reserve(int capacity);

  void Save(ByteWriter& writer) const;
  // Restores `rows` rows that Save wrote. Errors: kCorrupt, for too few bytes and for values that
  // are not finite; then it is empty. REQUIRES: 0 <= rows <= capacity().
  MaybeError Restore(int rows, ByteReader& reader);

 private:
  // [Hkv, capacity, cells]. Pages that were never written take no memory.
  using Side = std::vector<Value, ZeroedAllocator<Value>>;

  std::ptrdiff_t head_stride() const { return static_cast<std::ptrdiff_t>(capacity_) * cells_; }
  HeadRows<const Value> Heads(const Side& side) const {
    return {View<const Value>(side.data(), rows_, cells_), head_stride()};
  }
  Value* Row(Side& side, int head, int row) const {
    return side.data() + head * head_stride() + static_cast<std::ptrdiff_t>(row) * cells_;
  }

  int capacity_;
  int heads_;
  int head_width_;
  int cells_;  // values or blocks of a row
  int rows_ = 0;
  Side keys_;
  Side values_;
};

extern template class StoredRows<std::uint16_t>;
extern template class StoredRows<BlockQ8_0>;

using HalfRows = StoredRows<std::uint16_t>;

}  // namespace edgevlm
