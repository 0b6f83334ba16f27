#include "cache/q4_layer.h"

#include <algorithm>

#include "base/check.h"
#include "kernels/half/half.h"

namespace edgevlm {

Q4Layer::Q4Layer(const LayerShape& shape, const Q4Form& form)
    : LayerCache(shape),
      form_(form),
      keys_{form.Shape(shape.head_width, Along::kTokens), {}},
      values_{form.Shape(shape.head_width, Along::kChannels), {}},
      unquantized_(std::min(form.group, shape.capacity), shape.heads, shape.head_width) {
  CHECK(shape.head_width <= kMaxQ4Width);
  for (Side* side : {&keys_, &values_}) {
    side->groups.resize(static_cast<std::size_t>(shape.heads * head_stride(*side)));
  }
}

long long Q4Layer::BytesFor(const LayerShape& shape, const Q4Form& form) {
  const std::ptrdiff_t of_group = form.Shape(shape.head_width, Along::kTokens).bytes() +
                                  form.Shape(shape.head_width, Along::kChannels).bytes();
  return static_cast<long long>(shape.capacity / form.group) * shape.heads * of_group +
         HalfRows::BytesFor(std::min(form.group, shape.capacity), shape.heads, shape.head_width);
}

std::size_t Q4Layer::bytes() const {
  return keys_.groups.size() + values_.groups.size() + unquantized_.bytes();
}

int Q4Layer::Remaining() const {
  return std::min(form_.group - unquantized_.rows(), capacity() - positions());
}

Q4Rows Q4Layer::Rows(const Side& side, const HeadRows<const std::uint16_t>& unquantized) const {
  return {.groups = side.groups.data(),
          .head_stride = head_stride(side),
          .shape = side.shape,
          .quantized = quantized_,
          .unquantized = unquantized.first,
          .unquantized_stride = unquantized.head_stride};
}

void Q4Layer::Add(View<const float> keys, View<const float> values) {
  unquantized_.Append(keys, values);
}

void Q4Layer::AttendNewest(View<const float> q, HeadCounts heads, MaskRange mask, View<float> out,
                           ThreadPool& pool) {
  edgevlm::Attend({.q = q,
                   .keys = keys(),
                   .values = values(),
                   .heads = heads,
                   .mask = mask,
                   .first_position = positions() - q.rows,
                   .window = shape().window,
                   .out = out},
                  pool);
}

// Quantizes the group, which is full.
void Q4Layer::Compact(ThreadPool& pool) {
  pool.ParallelFor(shape().heads, 1, [this](int begin, int end, int) {
    for (int head = begin; head < end; ++head) {
      QuantizeGroup(head, keys_, unquantized_.keys());
      QuantizeGroup(head, values_, unquantized_.values());
    }
  });
  quantized_ += form_.group;
  unquantized_.TruncateTo(0);
}

void Q4Layer::QuantizeGroup(int head, Side& side,
                            const HeadRows<const std::uint16_t>& unquantized) {
  float numbers[kMaxQ4Group * kMaxQ4Width];
  const View<float> rows(numbers, form_.group, shape().head_width);
  for (int row = 0; row < form_.group; ++row) {
    HalfToFloat(unquantized.Head(head).Row(row), rows.Row(row));
  }
  const std::ptrdiff_t group = quantized_ / form_.group;
  QuantizeQ4Group(side.shape, rows,
                  side.groups.data() + head * head_stride(side) + group * side.shape.bytes());
}

void Q4Layer::Read(int first, View<float> to_keys, View<float> to_values) const {
  CHECK(0 <= first && to_keys.rows <= quantized_ + unquantized_.rows() - first);
  const int width = shape().head_width;
  for (int row = 0; row < to_keys.rows; ++row) {
    for (int head = 0; head < shape().heads; ++head) {
      DequantizeQ4Row(keys().Head(head), first + row, to_keys.Cols(head * width, width).Row(row));
      DequantizeQ4Row(values().Head(head), first + row,
                      to_values.Cols(head * width, width).Row(row));
    }
  }
}

int Q4Layer::ExactCut(int n) const { return n >= quantized_ ? n : n / form_.group * form_.group; }

void Q4Layer::Cut(int n) {
  if (n >= quantized_) return unquantized_.TruncateTo(n - quantized_);
  const int first = n / form_.group * form_.group, rows = n - first;
  std::vector<float> numbers(static_cast<std::size_t>(2 * rows) *
                             static_cast<std::size_t>(width()));
  const View<float> both(numbers.data(), 2 * rows, width());
  Read(first, both.Rows(0, rows), both.Rows(rows, rows));
  quantized_ = first;
  unquantized_.TruncateTo(0);
  unquantized_.Append(both.Rows(0, rows), both.Rows(rows, rows));
}

void Q4Layer::Copy(const LayerCache& from, int n) {
  const auto& other = static_cast<const Q4Layer&>(from);
  quantized_ = std::min(n, other.quantized_);
  const auto copy = [&](const Side& source, Side& side) {
    for (int head = 0; head < shape().heads; ++head) {
      std::copy_n(source.groups.begin() + head * other.head_stride(source),
                  quantized_ / form_.group * side.shape.bytes(),
                  side.groups.begin() + head * head_stride(side));
    }
  };
  copy(other.keys_, keys_);
  copy(other.values_, values_);
  unquantized_.CopyFrom(other.unquantized_, n - quantized_);
}

void Q4Layer::Save(ByteWriter& writer) const {
  writer.Put(quantized_);
  for (const Side* side : {&keys_, &values_}) {
    for (int head = 0; head < shape().heads; ++head) {
      writer.Put(
          std::span(side->groups)
              .subspan(static_cast<std::size_t>(head * head_stride(*side)),
                       static_cast<std::size_t>(quantized_ / form_.group * side->shape.bytes())));
    }
  }
  unquantized_.Save(writer);
}

MaybeError Q4Layer::RestoreRows(int positions, ByteReader& reader) {
  const auto quantized = reader.Get<std::int32_t>();
  if (!reader.ok() || quantized < 0 || quantized > positions || quantized % form_.group != 0 ||
      positions - quantized > form_.group) {
    return Error{ErrorCode::kCorrupt, "cache: quantized rows: expected whole groups, found others"};
  }
  quantized_ = 0;
  const int groups = quantized / form_.group;
  for (Side* side : {&keys_, &values_}) {
    const std::ptrdiff_t of_group = side->shape.bytes();
    for (int head = 0; head < shape().heads; ++head) {
      std::byte* to = side->groups.data() + head * head_stride(*side);
      const auto bytes = reader.ReadBytes(static_cast<std::uint64_t>(groups * of_group));
      std::ranges::copy(bytes, to);
      for (int group = 0; group < groups; ++group) {
        if (reader.ok() && IsQ4Group(side->shape, to + group * of_group)) continue;
        return Error{ErrorCode::kCorrupt,
                     "cache: quantized rows: expected groups, found other bytes"};
      }
    }
  }
  quantized_ = quantized;
  return unquantized_.Restore(positions - quantized, reader);
}

}  // namespace edgevlm
