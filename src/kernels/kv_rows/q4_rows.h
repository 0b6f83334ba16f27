// Q4Rows: KV rows quantized to 4 bits (KIVI: Liu et al. 2024), optionally corrected by a low-rank
// product and a few outliers (GEAR: Kang et al. 2024).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tensor/view.h"

namespace edgevlm {

// Which values share a scale and a minimum.
enum class Along {
  kTokens,    // one channel of all rows of a group: for keys, whose outliers stay in their channels
  kChannels,  // all channels of one row: for values
};

constexpr int kMaxQ4Rank = 4;
constexpr int kMaxQ4Group = 96;
constexpr int kMaxQ4Width = 256;
constexpr int kMaxQ4Outliers = kMaxQ4Group * kMaxQ4Width / 64;

// The layout of one group of a head's rows. Channel i of row j is
//   scale * quant[j, i] + minimum + sum_r a[r, j] * b[r, i] + the outlier at (j, i), if any
// The parts follow each other, each at an even address:
//   quants     [group, half] bytes: channel i low, channel half + i high; half = (width + 1) / 2
//   scales     [width] or [group] float16, then as many minima
//   a          [rank, group] int8, b [rank, width] int8, and their [rank] float32 factors
//   outliers   [outliers] two bytes: j, i; then [outliers] float16, the values to add
struct Q4Shape {
  int width = 0;     // d, at most kMaxQ4Width
  int group = 0;     // rows, at most kMaxQ4Group, even
  int rank = 0;      // at most kMaxQ4Rank
  int outliers = 0;  // at most kMaxQ4Outliers
  Along along = Along::kTokens;

  bool operator==(const Q4Shape&) const = default;
  int half() const { return (width + 1) / 2; }
  int scales() const { return along == Along::kTokens ? width : group; }
  // Offsets of the parts, in bytes.
  std::ptrdiff_t scales_at() const { return std::ptrdiff_t{group} * half(); }
  std::ptrdiff_t a_at() const { return scales_at() + 4 * scales(); }
  std::ptrdiff_t b_at() const { return a_at() + rank * group; }
  std::ptrdiff_t factors_at() const { return b_at() + (rank * width + 1) / 2 * 2; }
  std::ptrdiff_t outliers_at() const { return factors_at() + 4 * rank; }
  std::ptrdiff_t deltas_at() const { return outliers_at() + 2 * outliers; }
  std::ptrdiff_t bytes() const { return deltas_at() + 2 * outliers; }
};

// The scales, minima and low-rank factors of a group, as float32.
struct GroupNumbers {
  float scales[kMaxQ4Width];
  float minima[kMaxQ4Width];
  float a[kMaxQ4Rank * kMaxQ4Group];  // [rank, group], times the factor
  float b[kMaxQ4Rank * kMaxQ4Width];  // [rank, width]
};
void ReadGroupNumbers(const Q4Shape& shape, const std::byte* group, GroupNumbers& numbers);

// A value that is added to one channel of one row.
struct Outlier {
  int row = 0;
  int channel = 0;
  float delta = 0;
};
Outlier ReadOutlier(const Q4Shape& shape, const std::byte* group, int index);

// The N rows of one head: whole groups are quantized, the newest rows are still float16.
struct Q4Head {
  const std::byte* groups = nullptr;  // [groups, shape.bytes()]
  Q4Shape shape;
  int quantized = 0;                      // rows of the groups, a multiple of shape.group
  View<const std::uint16_t> unquantized;  // [N - quantized, d]

  const std::byte* Group(int row) const { return groups + row / shape.group * shape.bytes(); }
};

// The rows of several heads. A view; the caller owns the memory.
struct Q4Rows {
  const std::byte* groups = nullptr;
  std::ptrdiff_t head_stride = 0;  // in bytes
  Q4Shape shape;
  int quantized = 0;
  View<const std::uint16_t> unquantized;  // of head 0
  std::ptrdiff_t unquantized_stride = 0;  // from head to head, in values

  int rows() const { return quantized + unquantized.rows; }
  Q4Head Head(int head) const {
    return {groups + head * head_stride,
            shape,
            quantized,
            {unquantized.data + head * unquantized_stride, unquantized.rows, unquantized.cols,
             unquantized.stride}};
  }
};

// Quantizes rows [group, d], finite, to `group`. Deterministic. Allocates nothing; uses 200 KiB of
// stack. Cost: with a rank, about 10 * rank operations per value.
void QuantizeQ4Group(const Q4Shape& shape, View<const float> rows, std::byte* group);

// to [d] = row `row` of a head, corrections included: the specification.
void DequantizeQ4Row(const Q4Head& head, int row, std::span<float> to);

// Whether untrusted bytes are a valid group: every number finite, every outlier inside the group.
bool IsQ4Group(const Q4Shape& shape, const std::byte* group);

}  // namespace edgevlm
