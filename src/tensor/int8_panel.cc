#include "tensor/int8_panel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "tensor/rotation.h"

namespace edgevlm {
namespace {

// Where the quant of an input lies in a panel.
std::size_t QuantAt(int input, int output, int block) {
  return Int8QuantsAt(input - input % 4, block) + static_cast<std::size_t>(4 * output + input % 4);
}

// Where the scale of an input's block lies in a panel.
std::size_t ScaleAt(int input, int output, int block) {
  const int first = input - input % block;
  return Int8QuantsAt(first, block) - kInt8ScaleBytes +
         static_cast<std::size_t>(output) * sizeof(float);
}

// Of a value of at most 2^22: the sum has no bits left for fractions. Ties go to even; unlike
// std::nearbyint it is two additions on every processor.
float RoundToInteger(float value) {
  constexpr float kNoFractions = 12582912.0f;  // 1.5 * 2^23
  return value + kNoFractions - kNoFractions;
}

// Packs the block of `values` that starts at input `first`.
void PackBlock(std::span<const float> values, int output, int block, int first, std::byte* panel) {
  float greatest = 0.0f;
  for (const float value : values) greatest = std::max(greatest, std::fabs(value));
  const float scale = greatest / 127.0f;
  std::memcpy(panel + ScaleAt(first, output, block), &scale, sizeof(scale));
  const float inverse = greatest > 0.0f ? 127.0f / greatest : 0.0f;
  if (!std::isfinite(inverse)) return;  // the values are next to nothing; the quants are zeros
  std::byte* quants = panel + QuantAt(first, output, block);
  for (std::size_t i = 0; i < values.size(); i += 4, quants += kQuantRowBytes) {
    for (std::size_t j = 0; j < 4; ++j) {
      const float quant = RoundToInteger(values[i + j] * inverse);
      quants[j] = static_cast<std::byte>(static_cast<std::int8_t>(quant));
    }
  }
}

}  // namespace

std::size_t Int8PanelBytes(int inputs, int block) {
  CHECK(inputs >= 0 && inputs % 4 == 0 && (block != kInt8WholeRow || inputs <= kMaxInt8RowInputs));
  const int blocks = (inputs + block - 1) / block;
  return static_cast<std::size_t>(blocks) * kInt8ScaleBytes +
         static_cast<std::size_t>(inputs) * kPackedOutputs;
}

void PackInt8Panel(std::span<const std::span<float>> rows, int block, std::byte* panel) {
  CHECK(!rows.empty() && rows.size() <= kPackedOutputs && rows[0].size() % 4 == 0);
  const int inputs = static_cast<int>(rows[0].size());
  std::fill_n(panel, Int8PanelBytes(inputs, block), std::byte{0});
  for (int output = 0; output < static_cast<int>(rows.size()); ++output) {
    const std::span<float> row = rows[static_cast<std::size_t>(output)];
    RotateRow(row);
    for (int first = 0; first < inputs; first += std::min(block, inputs - first)) {
      const int count = std::min(block, inputs - first);
      const auto begin = static_cast<std::size_t>(first);
      PackBlock(row.subspan(begin, static_cast<std::size_t>(count)), output, block, first, panel);
    }
  }
}

float ReadInt8Panel(const std::byte* panel, int output, int block, int first,
                    std::span<std::int8_t> quants) {
  CHECK(first % block + static_cast<int>(quants.size()) <= block);
  for (int i = 0; i < static_cast<int>(quants.size()); ++i) {
    quants[static_cast<std::size_t>(i)] =
        static_cast<std::int8_t>(panel[QuantAt(first + i, output, block)]);
  }
  float scale = 0.0f;
  std::memcpy(&scale, panel + ScaleAt(first, output, block), sizeof(scale));
  return scale;
}

void DequantizeInt8Panel(const std::byte* panel, int output, int inputs, int block, int first,
                         std::span<float> values) {
  constexpr int kAtOnce = kRowRotations[0];
  const int end = first + static_cast<int>(values.size());
  std::array<std::int8_t, kAtOnce> quants;
  std::array<float, kAtOnce> rotated;
  for (int begin = first / kAtOnce * kAtOnce; begin < end; begin += kAtOnce) {
    const auto count = static_cast<std::size_t>(std::min(kAtOnce, inputs - begin));
    const float scale = ReadInt8Panel(panel, output, block, begin, std::span(quants).first(count));
    for (std::size_t i = 0; i < count; ++i) rotated[i] = scale * static_cast<float>(quants[i]);
    UnrotateRow(std::span(rotated).first(count));
    for (int k = std::max(begin, first); k < std::min(end, begin + static_cast<int>(count)); ++k) {
      values[static_cast<std::size_t>(k - first)] = rotated[static_cast<std::size_t>(k - begin)];
    }
  }
}

}  // namespace edgevlm
