#include "kernels/quantize/quantize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "kernels/quantize/fit.h"
#include "kernels/quantize/write_block.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

constexpr float kLargestHalf = 65504.0f;

// Rounds half away from zero, as ggml does; 0 for a scale of 0.
int RoundToQuant(float value, float inverse) {
  return static_cast<int>(std::round(value * inverse));
}

float Inverse(float scale) { return std::fabs(scale) < kSmallestFitted ? 0.0f : 1.0f / scale; }

std::uint8_t ToQuant(float quant, float min_quant, float max_quant) {
  return static_cast<std::uint8_t>(std::min(std::max(quant, min_quant), max_quant) - min_quant);
}

// Q4_0 and Q5_0: the peak becomes the lowest quant, which has no positive counterpart.
void FitToPeak(const BlockFormat& format, std::span<const float> values, BlockParts& parts) {
  const auto bias = static_cast<float>(format.bias);
  const float scale = Peak(values) / -bias;
  const float inverse = Inverse(scale);
  parts.scale = FloatToHalf(scale);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto quant = static_cast<int>(values[i] * inverse + bias + 0.5f);
    parts.quants[i] = static_cast<std::uint8_t>(std::min(quant, 2 * format.bias - 1));
  }
}

void FitQ8(std::span<const float> values, BlockParts& parts) {
  const float scale = std::fabs(Peak(values)) / 127.0f;
  const float inverse = Inverse(scale);
  parts.scale = FloatToHalf(scale);
  for (std::size_t i = 0; i < values.size(); ++i) {
    parts.quants[i] = static_cast<std::uint8_t>(RoundToQuant(values[i], inverse) + 128);
  }
}

// Q4_1 and Q5_1: the smallest value is quant 0, the largest the highest.
void FitToRange(const BlockFormat& format, std::span<const float> values, BlockParts& parts) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const int max_quant = (1 << (format.low_bits + format.high_bits)) - 1;
  const float scale = (*high - *low) / static_cast<float>(max_quant);
  const float inverse = Inverse(scale);
  parts.scale = FloatToHalf(scale);
  parts.minimum = FloatToHalf(-*low);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto quant = static_cast<int>((values[i] - *low) * inverse + 0.5f);
    parts.quants[i] = static_cast<std::uint8_t>(std::min(quant, max_quant));
  }
}

std::span<const float> GroupOf(const BlockFormat& format, std::span<const float> values, int g) {
  const auto size = static_cast<std::size_t>(format.group);
  return values.subspan(static_cast<std::size_t>(g) * size, size);
}

float FitGroup(const BlockFormat& format, std::span<const float> group) {
  return format.has_table ? FitIq4Scale(group) : FitScale(group, format.bias);
}

void RoundGroup(const BlockFormat& format, std::span<const float> group, float inverse,
                std::uint8_t* quants) {
  const auto bias = static_cast<float>(format.bias);
  for (const float value : group) {
    // Far values of a group whose scale was rounded down are cut off before they are rounded.
    const float quant = std::clamp(value * inverse, -bias, bias - 1.0f);
    *quants++ = format.has_table ? NearestIq4Code(value * inverse)
                                 : ToQuant(Nearest(quant), -bias, bias - 1.0f);
  }
}

// Q3_K, Q6_K and IQ4_XS. limit: group scales are in [-limit, limit - 1].
void FitGroupScales(const BlockFormat& format, int limit, std::span<const float> values,
                    BlockParts& parts) {
  std::array<float, kMaxBlockGroups> scales{};
  for (int g = 0; g < format.groups(); ++g) {
    scales[static_cast<std::size_t>(g)] = FitGroup(format, GroupOf(format, values, g));
  }
  const auto max_factor = static_cast<float>(limit);
  parts.scale = FloatToHalf(Peak(scales) / -max_factor);
  const float scale = HalfToFloat(parts.scale);
  for (int g = 0; g < format.groups(); ++g) {
    const auto group = static_cast<std::size_t>(g);
    const float factor =
        std::clamp(Nearest(scales[group] * Inverse(scale)), -max_factor, max_factor - 1.0f);
    parts.group_scales[group] = static_cast<std::int8_t>(factor);
    RoundGroup(format, GroupOf(format, values, g), Inverse(scale * factor),
               parts.quants.data() + g * format.group);
  }
}

void FitIq4Nl(const BlockFormat& format, std::span<const float> values, BlockParts& parts) {
  parts.scale = FloatToHalf(FitGroup(format, values));
  RoundGroup(format, values, Inverse(HalfToFloat(parts.scale)), parts.quants.data());
}

// Q2_K, Q4_K and Q5_K. limit: factors of groups are in [0, limit].
void FitGroupScalesAndMinima(const BlockFormat& format, int limit, std::span<const float> values,
                             BlockParts& parts) {
  std::array<ScaleAndMinimum, kMaxBlockGroups> fits{};
  const auto max_quant = static_cast<float>((1 << (format.low_bits + format.high_bits)) - 1);
  ScaleAndMinimum largest;
  for (int g = 0; g < format.groups(); ++g) {
    ScaleAndMinimum& fit = fits[static_cast<std::size_t>(g)];
    fit = FitScaleAndMinimum(GroupOf(format, values, g), static_cast<int>(max_quant));
    largest.scale = std::max(largest.scale, fit.scale);
    largest.minimum = std::max(largest.minimum, fit.minimum);
  }
  const auto max_factor = static_cast<float>(limit);
  parts.scale = FloatToHalf(largest.scale / max_factor);
  parts.minimum = FloatToHalf(largest.minimum / max_factor);
  const float scale = HalfToFloat(parts.scale);
  const float minimum = HalfToFloat(parts.minimum);
  for (int g = 0; g < format.groups(); ++g) {
    const auto group = static_cast<std::size_t>(g);
    const float factor = std::min(max_factor, Nearest(fits[group].scale * Inverse(scale)));
    const float offset = std::min(max_factor, Nearest(fits[group].minimum * Inverse(minimum)));
    parts.group_scales[group] = static_cast<std::int8_t>(factor);
    parts.group_minima[group] = static_cast<std::uint8_t>(offset);
    const float inverse = Inverse(scale * factor);
    std::uint8_t* quants = parts.quants.data() + g * format.group;
    for (const float value : GroupOf(format, values, g)) {
      const float quant = std::clamp((value + minimum * offset) * inverse, 0.0f, max_quant);
      *quants++ = ToQuant(Nearest(quant), 0.0f, max_quant);
    }
  }
}

void Fit(const BlockFormat& format, std::span<const float> values, BlockParts& parts) {
  switch (format.dtype) {
    case DType::kQ8_0:
      return FitQ8(values, parts);
    case DType::kQ2_K:
      return FitGroupScalesAndMinima(format, 15, values, parts);
    case DType::kQ3_K:
      return FitGroupScales(format, 32, values, parts);
    case DType::kQ6_K:
      return FitGroupScales(format, 128, values, parts);
    case DType::kIQ4_NL:
      return FitIq4Nl(format, values, parts);
    case DType::kIQ4_XS:
      return FitGroupScales(format, 32, values, parts);
    default:
      break;
  }
  if (format.has_group_scales) return FitGroupScalesAndMinima(format, 63, values, parts);
  if (format.has_minimum) return FitToRange(format, values, parts);
  return FitToPeak(format, values, parts);
}

float Cut(float value) { return std::clamp(value, -kLargestHalf, kLargestHalf); }

template <class Narrow>
void NarrowAll(std::span<const float> values, const Narrow& narrow, std::byte* bytes) {
  for (const float value : values) {
    const std::uint16_t bits = narrow(value);
    std::memcpy(bytes, &bits, sizeof(bits));
    bytes += sizeof(bits);
  }
}

void QuantizeBlocks(const BlockFormat& format, std::span<const float> values, std::byte* bytes) {
  const auto block_values = static_cast<std::size_t>(format.values);
  std::array<float, kMaxBlockValues> block;
  BlockParts parts;
  for (; !values.empty(); values = values.subspan(block_values)) {
    std::transform(values.begin(), values.begin() + format.values, block.begin(), Cut);
    Fit(format, std::span(block).first(block_values), parts);
    WriteBlock(format.dtype, parts, bytes);
    bytes += InfoOf(format.dtype).block_bytes;
  }
}

}  // namespace

void Quantize(std::span<const float> values, DType dtype, std::span<std::byte> bytes) {
  const DTypeInfo& info = InfoOf(dtype);
  const auto block_values = static_cast<std::size_t>(info.block_values);
  CHECK(values.size() % block_values == 0 &&
        bytes.size() == values.size() / block_values * static_cast<std::size_t>(info.block_bytes));
  if (const BlockFormat* format = FindBlockFormat(dtype)) {
    QuantizeBlocks(*format, values, bytes.data());
  } else if (dtype == DType::kF16) {
    NarrowAll(
        values, [](float value) { return FloatToHalf(Cut(value)); }, bytes.data());
  } else if (dtype == DType::kBF16) {
    NarrowAll(values, FloatToBFloat16, bytes.data());
  } else if (!values.empty()) {
    std::memcpy(bytes.data(), values.data(), bytes.size());
  }
}

}  // namespace edgevlm
