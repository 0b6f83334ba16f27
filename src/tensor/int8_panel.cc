#include "tensor/int8_panel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "tensor/rotation.h"

namespace edgevlm {
namespace {

constexpr int kScaleBytes = kPackedOutputs * static_cast<int>(sizeof(float));

// Where the quant of input `input`, counted from the block's first, lies in the block.
int QuantAt(int input, int output) {
  return kScaleBytes + input / 4 * kQuantRowBytes + 4 * output + input % 4;
}

// Of a value of at most 2^22: the sum has no bits left for fractions. Ties go to even; unlike
// std::nearbyint it is two additions on every processor.
float RoundToInteger(float value) {
  constexpr float kNoFractions = 12582912.0f;  // 1.5 * 2^23
  return value + kNoFractions - kNoFractions;
}

void PackBlock(std::span<const float> values, int output, std::byte* block) {
  float greatest = 0.0f;
  for (const float value : values) greatest = std::max(greatest, std::fabs(value));
  const float scale = greatest / 127.0f;
  std::memcpy(block + output * static_cast<int>(sizeof(float)), &scale, sizeof(scale));
  const float inverse = greatest > 0.0f ? 127.0f / greatest : 0.0f;
  if (!std::isfinite(inverse)) return;  // the values are next to nothing; the quants are zeros
  for (int i = 0; i < static_cast<int>(values.size()); ++i) {
    const float quant = RoundToInteger(values[static_cast<std::size_t>(i)] * inverse);
    block[QuantAt(i, output)] = static_cast<std::byte>(static_cast<std::int8_t>(quant));
  }
}

}  // namespace

std::size_t Int8PanelBytes(int inputs) {
  CHECK(inputs >= 0 && inputs % 4 == 0);
  const int blocks = (inputs + kInt8BlockInputs - 1) / kInt8BlockInputs;
  return static_cast<std::size_t>(blocks) * kScaleBytes +
         static_cast<std::size_t>(inputs) * kPackedOutputs;
}

void PackInt8Panel(std::span<const std::span<float>> rows, std::byte* panel) {
  CHECK(!rows.empty() && rows.size() <= kPackedOutputs && rows[0].size() % 4 == 0);
  const std::size_t inputs = rows[0].size();
  std::fill_n(panel, Int8PanelBytes(static_cast<int>(inputs)), std::byte{0});
  for (const std::span<float> row : rows) RotateRow(row);
  for (std::size_t first = 0; first < inputs; first += kInt8BlockInputs) {
    const std::size_t count = std::min<std::size_t>(kInt8BlockInputs, inputs - first);
    for (std::size_t output = 0; output < rows.size(); ++output) {
      PackBlock(rows[output].subspan(first, count), static_cast<int>(output), panel);
    }
    panel += kInt8BlockBytes;
  }
}

float ReadInt8Panel(const std::byte* panel, int output, int first, std::span<std::int8_t> quants) {
  const int begin = first % kInt8BlockInputs;
  CHECK(begin + static_cast<int>(quants.size()) <= kInt8BlockInputs);
  const std::byte* block = panel + first / kInt8BlockInputs * kInt8BlockBytes;
  for (int i = 0; i < static_cast<int>(quants.size()); ++i) {
    quants[static_cast<std::size_t>(i)] =
        static_cast<std::int8_t>(block[QuantAt(begin + i, output)]);
  }
  float scale = 0.0f;
  std::memcpy(&scale, block + output * static_cast<int>(sizeof(float)), sizeof(scale));
  return scale;
}

void DequantizeInt8Panel(const std::byte* panel, int output, int inputs, int first,
                         std::span<float> values) {
  const int end = first + static_cast<int>(values.size());
  std::array<std::int8_t, kInt8BlockInputs> quants;
  std::array<float, kInt8BlockInputs> block;
  for (int begin = first / kInt8BlockInputs * kInt8BlockInputs; begin < end;
       begin += kInt8BlockInputs) {
    const auto count = static_cast<std::size_t>(std::min(kInt8BlockInputs, inputs - begin));
    const float scale = ReadInt8Panel(panel, output, begin, std::span(quants).first(count));
    for (std::size_t i = 0; i < count; ++i) block[i] = scale * static_cast<float>(quants[i]);
    RotateRow(std::span(block).first(count));
    for (int k = std::max(begin, first); k < std::min(end, begin + static_cast<int>(count)); ++k) {
      values[static_cast<std::size_t>(k - first)] = block[static_cast<std::size_t>(k - begin)];
    }
  }
}

}  // namespace edgevlm
