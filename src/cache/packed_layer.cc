#include "cache/packed_layer.h"

#include <algorithm>

#include "base/check.h"
#include "kernels/half/half.h"

namespace edgevlm {

PackedLayer::PackedLayer(const LayerShape& shape, const PackedForm& form)
    : LayerCache(shape),
      form_(form),
      keys_{form.Shape(shape.head_width, Along::kTokens), {}},
      values_{form.Shape(shape.head_width, Along::kChannels), {}},
      waiting_(std::min(form.group, shape.capacity), shape.heads, shape.head_width) {
  CHECK(shape.head_width <= kMaxPackedWidth);
  for (Side* side : {&keys_, &values_}) {
    side->groups.resize(static_cast<std::size_t>(shape.heads * head_stride(*side)));
  }
}

long long PackedLayer::BytesFor(const LayerShape& shape, const PackedForm& form) {
  const std::ptrdiff_t of_group = form.Shape(shape.head_width, Along::kTokens).bytes() +
                                  form.Shape(shape.head_width, Along::kChannels).bytes();
  return static_cast<long long>(shape.capacity / form.group) * shape.heads * of_group +
         HalfRows::BytesFor(std::min(form.group, shape.capacity), shape.heads, shape.head_width);
}

std::size_t PackedLayer::bytes() const {
  return keys_.groups.size() + values_.groups.size() + waiting_.bytes();
}

int PackedLayer::Remaining() const {
  return std::min(form_.group - waiting_.rows(), capacity() - positions());
}

PackedRows PackedLayer::Rows(const Side& side, const HeadRows<const std::uint16_t>& waiting) const {
  return {.groups = side.groups.data(),
          .head_stride = head_stride(side),
          .shape = side.shape,
          .packed = packed_,
          .waiting = waiting.first,
          .waiting_stride = waiting.head_stride};
}

void PackedLayer::Add(View<const float> keys, View<const float> values) {
  waiting_.Append(keys, values);
}

void PackedLayer::AttendNewest(View<const float> q, HeadCounts heads, View<float> out,
                               ThreadPool& pool) {
  edgevlm::Attend({.q = q,
                   .keys = keys(),
                   .values = values(),
                   .heads = heads,
                   .first_position = positions() - q.rows,
                   .out = out},
                  pool);
}

// A group is full.
void PackedLayer::MakeRoom(ThreadPool& pool) {
  pool.ParallelFor(shape().heads, 1, [this](int begin, int end, int) {
    for (int head = begin; head < end; ++head) {
      Pack(head, keys_, waiting_.keys());
      Pack(head, values_, waiting_.values());
    }
  });
  packed_ += form_.group;
  waiting_.TruncateTo(0);
}

void PackedLayer::Pack(int head, Side& side, const HeadRows<const std::uint16_t>& waiting) {
  float numbers[kMaxPackedGroup * kMaxPackedWidth];
  const View<float> rows(numbers, form_.group, shape().head_width);
  for (int row = 0; row < form_.group; ++row) {
    HalfToFloat(waiting.Head(head).Row(row), rows.Row(row));
  }
  const std::ptrdiff_t group = packed_ / form_.group;
  PackGroup(side.shape, rows,
            side.groups.data() + head * head_stride(side) + group * side.shape.bytes());
}

void PackedLayer::Read(int first, View<float> to_keys, View<float> to_values) const {
  CHECK(0 <= first && to_keys.rows <= packed_ + waiting_.rows() - first);
  const int width = shape().head_width;
  for (int row = 0; row < to_keys.rows; ++row) {
    for (int head = 0; head < shape().heads; ++head) {
      ReadPackedRow(keys().Head(head), first + row, to_keys.Cols(head * width, width).Row(row));
      ReadPackedRow(values().Head(head), first + row, to_values.Cols(head * width, width).Row(row));
    }
  }
}

int PackedLayer::ExactCut(int n) const { return n >= packed_ ? n : n / form_.group * form_.group; }

void PackedLayer::Cut(int n) {
  if (n >= packed_) return waiting_.TruncateTo(n - packed_);
  const int first = n / form_.group * form_.group, rows = n - first;
  std::vector<float> numbers(static_cast<std::size_t>(2 * rows) *
                             static_cast<std::size_t>(width()));
  const View<float> both(numbers.data(), 2 * rows, width());
  Read(first, both.Rows(0, rows), both.Rows(rows, rows));
  packed_ = first;
  waiting_.TruncateTo(0);
  waiting_.Append(both.Rows(0, rows), both.Rows(rows, rows));
}

void PackedLayer::Copy(const LayerCache& from, int n) {
  const auto& other = static_cast<const PackedLayer&>(from);
  packed_ = std::min(n, other.packed_);
  const auto copy = [&](const Side& source, Side& side) {
    for (int head = 0; head < shape().heads; ++head) {
      std::copy_n(source.groups.begin() + head * other.head_stride(source),
                  packed_ / form_.group * side.shape.bytes(),
                  side.groups.begin() + head * head_stride(side));
    }
  };
  copy(other.keys_, keys_);
  copy(other.values_, values_);
  waiting_.CopyFrom(other.waiting_, n - packed_);
}

void PackedLayer::Save(ByteWriter& writer) const {
  writer.Put(packed_);
  for (const Side* side : {&keys_, &values_}) {
    for (int head = 0; head < shape().heads; ++head) {
      writer.Put(
          std::span(side->groups)
              .subspan(static_cast<std::size_t>(head * head_stride(*side)),
                       static_cast<std::size_t>(packed_ / form_.group * side->shape.bytes())));
    }
  }
  waiting_.Save(writer);
}

MaybeError PackedLayer::Take(int positions, ByteReader& reader) {
  const auto packed = reader.Get<std::int32_t>();
  if (!reader.ok() || packed < 0 || packed > positions || packed % form_.group != 0 ||
      positions - packed > form_.group) {
    return Error{ErrorCode::kCorrupt, "cache: packed rows: expected whole groups, found others"};
  }
  packed_ = 0;
  const int groups = packed / form_.group;
  for (Side* side : {&keys_, &values_}) {
    const std::ptrdiff_t of_group = side->shape.bytes();
    for (int head = 0; head < shape().heads; ++head) {
      std::byte* to = side->groups.data() + head * head_stride(*side);
      const auto bytes = reader.Take(static_cast<std::uint64_t>(groups * of_group));
      std::ranges::copy(bytes, to);
      for (int group = 0; group < groups; ++group) {
        if (reader.ok() && IsPackedGroup(side->shape, to + group * of_group)) continue;
        return Error{ErrorCode::kCorrupt, "cache: packed rows: expected groups, found other bytes"};
      }
    }
  }
  packed_ = packed;
  return waiting_.Restore(positions - packed, reader);
}

}  // namespace edgevlm
