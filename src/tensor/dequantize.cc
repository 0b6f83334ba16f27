#include "tensor/dequantize.h"

#include <cstring>

#include "base/check.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

template <float (*kWiden)(std::uint16_t)>
void Widen(std::span<const std::byte> bytes, std::span<float> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint16_t narrow = 0;
    std::memcpy(&narrow, bytes.data() + 2 * i, sizeof(narrow));
    values[i] = kWiden(narrow);
  }
}

}  // namespace

void Dequantize(const BlockFormat& format, const BlockParts& parts, float* values) {
  const float scale = HalfToFloat(parts.scale);
  const float minimum = HalfToFloat(parts.minimum);
  for (int i = 0; i < format.values; ++i) {
    const auto group = static_cast<std::size_t>(i / format.group);
    const int quant = format.QuantizedValue(parts.quants[static_cast<std::size_t>(i)]);
    const float value =
        scale * static_cast<float>(parts.group_scales[group]) * static_cast<float>(quant);
    values[i] = value - minimum * static_cast<float>(parts.group_minima[group]);
  }
}

void Dequantize(DType dtype, std::span<const std::byte> bytes, std::span<float> values) {
  const DTypeInfo& info = InfoOf(dtype);
  const auto block_values = static_cast<std::size_t>(info.block_values);
  const auto block_bytes = static_cast<std::size_t>(info.block_bytes);
  CHECK(values.size() % block_values == 0 &&
        values.size() / block_values * block_bytes == bytes.size());
  if (dtype == DType::kF32) {
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  } else if (dtype == DType::kF16) {
    Widen<HalfToFloat>(bytes, values);
  } else if (dtype == DType::kBF16) {
    Widen<BFloat16ToFloat>(bytes, values);
  } else {
    const BlockFormat& format = *FindBlockFormat(dtype);
    BlockParts parts;
    for (std::size_t block = 0; block < values.size() / block_values; ++block) {
      format.read(bytes.data() + block * block_bytes, parts);
      Dequantize(format, parts, values.data() + block * block_values);
    }
  }
}

}  // namespace edgevlm
