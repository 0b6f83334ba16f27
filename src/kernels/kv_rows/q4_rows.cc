#include "kernels/kv_rows/q4_rows.h"

#include <cmath>
#include <cstring>

#include "tensor/half.h"

namespace edgevlm {
namespace {

template <class T>
T Get(const std::byte* bytes, std::ptrdiff_t at) {
  T value;
  std::memcpy(&value, bytes + at, sizeof(value));
  return value;
}

float GetHalf(const std::byte* bytes, std::ptrdiff_t at) {
  return HalfToFloat(Get<std::uint16_t>(bytes, at));
}

int QuantOf(const Q4Shape& shape, const std::byte* group, int row, int channel) {
  const bool is_low = channel < shape.half();
  const int byte = is_low ? channel : channel - shape.half();
  const auto both = std::to_integer<int>(group[row * shape.half() + byte]);
  return is_low ? both & 15 : both >> 4;
}

}  // namespace

void ReadGroupNumbers(const Q4Shape& shape, const std::byte* group, GroupNumbers& numbers) {
  for (int i = 0; i < shape.scales(); ++i) {
    numbers.scales[i] = GetHalf(group, shape.scales_at() + 2 * i);
    numbers.minima[i] = GetHalf(group, shape.scales_at() + 2 * (shape.scales() + i));
  }
  for (int r = 0; r < shape.rank; ++r) {
    const auto factor = Get<float>(group, shape.factors_at() + 4 * r);
    for (int j = 0; j < shape.group; ++j) {
      const int at = r * shape.group + j;
      numbers.a[at] = factor * static_cast<float>(Get<std::int8_t>(group, shape.a_at() + at));
    }
    for (int i = 0; i < shape.width; ++i) {
      const int at = r * shape.width + i;
      numbers.b[at] = static_cast<float>(Get<std::int8_t>(group, shape.b_at() + at));
    }
  }
}

Outlier ReadOutlier(const Q4Shape& shape, const std::byte* group, int index) {
  const std::byte* indices = group + shape.outliers_at() + 2 * index;
  return {.row = std::to_integer<int>(indices[0]),
          .channel = std::to_integer<int>(indices[1]),
          .delta = GetHalf(group, shape.deltas_at() + 2 * index)};
}

void DequantizeQ4Row(const Q4Head& head, int row, std::span<float> to) {
  const Q4Shape& shape = head.shape;
  if (row >= head.quantized) {
    const std::span<const std::uint16_t> from = head.unquantized.Row(row - head.quantized);
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = HalfToFloat(from[i]);
    return;
  }
  const std::byte* group = head.Group(row);
  const int j = row % shape.group;
  GroupNumbers numbers;
  ReadGroupNumbers(shape, group, numbers);
  for (int i = 0; i < shape.width; ++i) {
    const int s = shape.along == Along::kTokens ? i : j;
    const auto quant = static_cast<float>(QuantOf(shape, group, j, i));
    float value = numbers.scales[s] * quant + numbers.minima[s];
    for (int r = 0; r < shape.rank; ++r) {
      value += numbers.a[r * shape.group + j] * numbers.b[r * shape.width + i];
    }
    to[static_cast<std::size_t>(i)] = value;
  }
  for (int i = 0; i < shape.outliers; ++i) {
    const Outlier outlier = ReadOutlier(shape, group, i);
    if (outlier.row == j) to[static_cast<std::size_t>(outlier.channel)] += outlier.delta;
  }
}

bool IsQ4Group(const Q4Shape& shape, const std::byte* group) {
  for (int i = 0; i < 2 * shape.scales(); ++i) {
    if (!std::isfinite(GetHalf(group, shape.scales_at() + 2 * i))) return false;
  }
  for (int r = 0; r < shape.rank; ++r) {
    // Times two int8 values it must still be finite.
    if (!(std::fabs(Get<float>(group, shape.factors_at() + 4 * r)) < 1e30f)) return false;
  }
  for (int i = 0; i < shape.outliers; ++i) {
    const Outlier outlier = ReadOutlier(shape, group, i);
    if (outlier.row >= shape.group || outlier.channel >= shape.width) return false;
    if (!std::isfinite(outlier.delta)) return false;
  }
  return true;
}

}  // namespace edgevlm
