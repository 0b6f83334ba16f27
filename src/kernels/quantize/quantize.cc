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

// The values of a block, and how much the error of each matters: empty for no knowledge of that.
struct BlockValues {
  std::span<const float> values;
  std::span<const float> importance;

  BlockValues Group(const BlockFormat& format, int g) const {
    const auto size = static_cast<std::size_t>(format.group);
    const std::size_t first = static_cast<std::size_t>(g) * size;
    return {values.subspan(first, size),
            importance.empty() ? importance : importance.subspan(first, size)};
  }
};

double MeanSquare(std::span<const float> values) {
  double sum = 0.0;
  for (const float value : values) sum += double{value} * double{value};
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

// The weights of errors when a group is fitted.
class GroupWeights {
 public:
  // Without knowledge of the inputs, large values count more: by their squares, or where the group
  // has a minimum by their magnitudes.
  GroupWeights(const BlockFormat& format, const BlockValues& group, double block_mean_square)
      : size_(group.values.size()) {
    const bool is_known = !group.importance.empty();
    const auto spread = static_cast<float>(is_known ? 2.0 * block_mean_square : 0.0);
    const auto mean = static_cast<float>(std::sqrt(MeanSquare(group.values)));
    for (std::size_t i = 0; i < size_; ++i) {
      const float x = group.values[i];
      weights_[i] = is_known             ? group.importance[i] * std::sqrt(spread + x * x)
                    : format.has_minimum ? mean + std::fabs(x)
                                         : x * x;
    }
  }

  std::span<const float> get() const { return {weights_.data(), size_}; }

 private:
  std::size_t size_;
  std::array<float, kMaxBlockValues> weights_;
};

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

float FitGroup(const BlockFormat& format, const BlockValues& group, double block_mean_square) {
  const GroupWeights weights(format, group, block_mean_square);
  return format.has_table ? FitIq4Scale(group.values, weights.get())
                          : FitScale(group.values, weights.get(), format.bias);
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

// Q4_0, Q5_0 and IQ4_NL.
void FitOneScale(const BlockFormat& format, const BlockValues& block, BlockParts& parts) {
  parts.scale = FloatToHalf(FitGroup(format, block, MeanSquare(block.values)));
  RoundGroup(format, block.values, Inverse(HalfToFloat(parts.scale)), parts.quants.data());
}

// Q3_K, Q6_K and IQ4_XS. limit: group scales are in [-limit, limit - 1].
void FitGroupScales(const BlockFormat& format, int limit, const BlockValues& block,
                    BlockParts& parts) {
  const double mean_square = MeanSquare(block.values);
  std::array<float, kMaxBlockGroups> scales{};
  for (int g = 0; g < format.groups(); ++g) {
    scales[static_cast<std::size_t>(g)] = FitGroup(format, block.Group(format, g), mean_square);
  }
  const auto max_factor = static_cast<float>(limit);
  parts.scale = FloatToHalf(Peak(scales) / -max_factor);
  const float scale = HalfToFloat(parts.scale);
  for (int g = 0; g < format.groups(); ++g) {
    const auto group = static_cast<std::size_t>(g);
    const float factor =
        std::clamp(Nearest(scales[group] * Inverse(scale)), -max_factor, max_factor - 1.0f);
    parts.group_scales[group] = static_cast<std::int8_t>(factor);
    RoundGroup(format, block.Group(format, g).values, Inverse(scale * factor),
               parts.quants.data() + g * format.group);
  }
}

// Rounds values to quants in [0, max_quant].
void RoundAbove(std::span<const float> values, const ScaleAndMinimum& fit, float max_quant,
                std::uint8_t* quants) {
  const float inverse = Inverse(fit.scale);
  for (const float value : values) {
    const float quant = std::clamp((value + fit.minimum) * inverse, 0.0f, max_quant);
    *quants++ = ToQuant(Nearest(quant), 0.0f, max_quant);
  }
}

float MaxQuant(const BlockFormat& format) {
  return static_cast<float>((1 << (format.low_bits + format.high_bits)) - 1);
}

ScaleAndMinimum FitGroupWithMinimum(const BlockFormat& format, const BlockValues& group,
                                    double block_mean_square) {
  const GroupWeights weights(format, group, block_mean_square);
  return FitScaleAndMinimum(group.values, weights.get(), static_cast<int>(MaxQuant(format)));
}

// Q4_1 and Q5_1.
void FitOneScaleAndMinimum(const BlockFormat& format, const BlockValues& block, BlockParts& parts) {
  const ScaleAndMinimum fit = FitGroupWithMinimum(format, block, MeanSquare(block.values));
  parts.scale = FloatToHalf(fit.scale);
  parts.minimum = FloatToHalf(fit.minimum);
  RoundAbove(block.values, {HalfToFloat(parts.scale), HalfToFloat(parts.minimum)}, MaxQuant(format),
             parts.quants.data());
}

// Q2_K, Q4_K and Q5_K. limit: factors of groups are in [0, limit].
void FitGroupScalesAndMinima(const BlockFormat& format, int limit, const BlockValues& block,
                             BlockParts& parts) {
  const double mean_square = MeanSquare(block.values);
  std::array<ScaleAndMinimum, kMaxBlockGroups> fits{};
  ScaleAndMinimum largest;
  for (int g = 0; g < format.groups(); ++g) {
    ScaleAndMinimum& fit = fits[static_cast<std::size_t>(g)];
    fit = FitGroupWithMinimum(format, block.Group(format, g), mean_square);
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
    RoundAbove(block.Group(format, g).values, {scale * factor, minimum * offset}, MaxQuant(format),
               parts.quants.data() + g * format.group);
  }
}

void Fit(const BlockFormat& format, const BlockValues& block, BlockParts& parts) {
  const bool is_known = !block.importance.empty();
  switch (format.dtype) {
    case DType::kQ8_0:
      return FitQ8(block.values, parts);
    case DType::kQ2_K:
      return FitGroupScalesAndMinima(format, 15, block, parts);
    case DType::kQ3_K:
      return FitGroupScales(format, 32, block, parts);
    case DType::kQ6_K:
      return FitGroupScales(format, 128, block, parts);
    case DType::kIQ4_NL:
      return FitOneScale(format, block, parts);
    case DType::kIQ4_XS:
      return FitGroupScales(format, 32, block, parts);
    default:
      break;
  }
  if (format.has_group_scales) return FitGroupScalesAndMinima(format, 63, block, parts);
  if (format.has_minimum) {
    return is_known ? FitOneScaleAndMinimum(format, block, parts)
                    : FitToRange(format, block.values, parts);
  }
  return is_known ? FitOneScale(format, block, parts) : FitToPeak(format, block.values, parts);
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

void QuantizeBlocks(const BlockFormat& format, const BlockValues& all, std::byte* bytes) {
  const auto block_values = static_cast<std::size_t>(format.values);
  std::array<float, kMaxBlockValues> block;
  BlockParts parts;
  for (std::size_t at = 0; at < all.values.size(); at += block_values) {
    std::ranges::transform(all.values.subspan(at, block_values), block.begin(), Cut);
    Fit(format,
        {std::span(block).first(block_values),
         all.importance.empty() ? all.importance : all.importance.subspan(at, block_values)},
        parts);
    WriteBlock(format.dtype, parts, bytes);
    bytes += InfoOf(format.dtype).block_bytes;
  }
}

}  // namespace

void Quantize(std::span<const float> values, DType dtype, std::span<std::byte> bytes,
              std::span<const float> importance) {
  CHECK(importance.empty() || importance.size() == values.size());
  const DTypeInfo& info = InfoOf(dtype);
  const auto block_values = static_cast<std::size_t>(info.block_values);
  CHECK(values.size() % block_values == 0 &&
        bytes.size() == values.size() / block_values * static_cast<std::size_t>(info.block_bytes));
  if (const BlockFormat* format = FindBlockFormat(dtype)) {
    QuantizeBlocks(*format, {values, importance}, bytes.data());
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
