// PackedRows: rows of keys or values in 4 bits (KIVI: Liu et al. 2024), with what that loses put
// back by a low-rank product and a few outliers (GEAR: Kang et al. 2024).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tensor/view.h"

namespace edgevlm {

// Neighboring values that share a scale and a minimum.
enum class Along {
  kTokens,    // a channel of all rows of a group: keys, whose outliers stay in their channels
  kChannels,  // all channels of a row: values
};

constexpr int kMaxPackedRank = 4;
constexpr int kMaxPackedGroup = 96;
constexpr int kMaxPackedWidth = 256;
constexpr int kMaxPackedOutliers = kMaxPackedGroup * kMaxPackedWidth / 64;

// How one head's group of rows lies in memory; row j, channel i of it is
//   scale * code[j, i] + minimum + sum_r a[r, j] * b[r, i] + the outliers at that place
// one part behind the other, each at an even address:
//   codes      [group, half] bytes: channel i low, channel half + i high; half = (width + 1) / 2
//   scales     [width] or [group] float16, then as many minima
//   a          [rank, group] int8, b [rank, width] int8, and [rank] float32 that both are times
//   places     [outliers] two bytes: j, i; and [outliers] float16, what is added there
struct PackedShape {
  int width = 0;     // d, at most kMaxPackedWidth
  int group = 0;     // rows, at most kMaxPackedGroup, even
  int rank = 0;      // at most kMaxPackedRank
  int outliers = 0;  // at most kMaxPackedOutliers
  Along along = Along::kTokens;

  bool operator==(const PackedShape&) const = default;
  int half() const { return (width + 1) / 2; }
  int scales() const { return along == Along::kTokens ? width : group; }
  // Where the parts begin, in bytes.
  std::ptrdiff_t scales_at() const { return std::ptrdiff_t{group} * half(); }
  std::ptrdiff_t a_at() const { return scales_at() + 4 * scales(); }
  std::ptrdiff_t b_at() const { return a_at() + rank * group; }
  std::ptrdiff_t factors_at() const { return b_at() + (rank * width + 1) / 2 * 2; }
  std::ptrdiff_t places_at() const { return factors_at() + 4 * rank; }
  std::ptrdiff_t deltas_at() const { return places_at() + 2 * outliers; }
  std::ptrdiff_t bytes() const { return deltas_at() + 2 * outliers; }
};

// A group taken apart: what is not a code, as numbers.
struct GroupNumbers {
  float scales[kMaxPackedWidth];
  float minima[kMaxPackedWidth];
  float a[kMaxPackedRank * kMaxPackedGroup];  // [rank, group], times the factor
  float b[kMaxPackedRank * kMaxPackedWidth];  // [rank, width]
};
void ReadGroupNumbers(const PackedShape& shape, const std::byte* group, GroupNumbers& numbers);

// The place and the addend of an outlier.
struct Outlier {
  int row = 0;
  int channel = 0;
  float delta = 0;
};
Outlier ReadOutlier(const PackedShape& shape, const std::byte* group, int index);

// One head's rows of N: those of whole groups packed, the newest waiting as float16.
struct PackedHead {
  const std::byte* groups = nullptr;  // [groups, shape.bytes()]
  PackedShape shape;
  int packed = 0;                     // rows of the groups, a multiple of shape.group
  View<const std::uint16_t> waiting;  // [N - packed, d]

  const std::byte* Group(int row) const { return groups + row / shape.group * shape.bytes(); }
};

// The same for several heads.
struct PackedRows {
  const std::byte* groups = nullptr;
  std::ptrdiff_t head_stride = 0;  // in bytes
  PackedShape shape;
  int packed = 0;
  View<const std::uint16_t> waiting;  // of head 0
  std::ptrdiff_t waiting_stride = 0;  // from head to head, in values

  int rows() const { return packed + waiting.rows; }
  PackedHead Head(int head) const {
    return {groups + head * head_stride,
            shape,
            packed,
            {waiting.data + head * waiting_stride, waiting.rows, waiting.cols, waiting.stride}};
  }
};

// Fills `group` with what stands for rows [group, d], finite. Deterministic. Takes no memory but
// 200 KiB of stack. Cost: with a rank, some 10 rank operations per value.
void PackGroup(const PackedShape& shape, View<const float> rows, std::byte* group);

// to [d] = row `row` of a head, with everything put back: the specification.
void ReadPackedRow(const PackedHead& head, int row, std::span<float> to);

// Whether bytes from outside are a group: every number finite, every place inside.
bool IsPackedGroup(const PackedShape& shape, const std::byte* group);

}  // namespace edgevlm
