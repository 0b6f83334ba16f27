#include "image/jpeg_blocks.h"

#include <algorithm>
#include <cstdlib>

namespace edgevlm {
namespace {

// The pixels of one block: [2, 2].
using Quad = std::array<std::uint8_t, 4>;

// How the means of a block's halves follow from its coefficients, in one direction: the mean of
// cos((2x + 1) u pi / 16) over x = 0..3, times 4 sqrt(2), in 13 bits. Over x = 4..7 it is the
// negative of that. For even u it is 0, but for the mean itself, u = 0.
constexpr std::array<std::int64_t, 8> kHalfWeights = {0, 29692, 0, -10426, 0, 6967, 0, -5906};
constexpr int kWeightBits = 13;
constexpr int kMeanBits = kWeightBits + 2;  // weight 4, as cos(0) sqrt(1/2) 4 sqrt(2)
constexpr int kMiddleBits = 2;              // kept between columns and rows

std::int64_t Rounded(std::int64_t value, int bits) {
  return (value + (std::int64_t{1} << (bits - 1))) >> bits;
}

// Adds 128 and clamps to a byte.
std::uint8_t Gray(std::int64_t value) {
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(value + 128, 0, 255));
}

// EXTEND of T.81 F.2.2.1: of the numbers of `size` bits those with a leading 0 are negative.
int Extended(int value, int size) {
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}

// T.81 F.2.2.1. False if the data are corrupt.
bool DecodeMean(Component& component, BitReader& bits) {
  bits.Refill();
  const HuffmanCode code = component.dc.Find(bits.window());
  if (code.length == 0 || code.symbol > 11) return false;
  bits.Skip(code.length);
  if (code.symbol == 0) return true;
  component.mean += Extended(bits.ReadBits(code.symbol), code.symbol);
  return std::abs(component.mean) < 1 << 11;
}

// T.81 F.2.2.2, discarding the coefficients. False if the data are corrupt.
bool SkipCoefficients(const Component& component, BitReader& reader) {
  const SkipTable& skip = *component.skip;
  BitReader bits = reader;  // a copy, which stays in registers
  int next = 1;
  while (next < 64) {
    bits.Refill();
    SkipTable::Step step = skip.Find(bits.window());
    if (next + step.advance < 64) {  // a second step; its bits are already in the window
      bits.Skip(step.bits);
      next += step.advance;
      step = skip.Find(bits.window());
    }
    const int after = next + step.advance;
    const bool ends_inside = SkipTable::kEnd < after && after < SkipTable::kEnd + 64;
    if (after > 64 && !ends_inside) {
      // The code is too long for the table, or the step would run into the next block.
      bits.Refill();
      step = StepOfOne(component.ac, bits.window());
      if (step.bits == 0) return false;
      if (step.advance != SkipTable::kEnd && next + step.advance > 64) return false;
    }
    bits.Skip(step.bits);
    next += step.advance;
  }
  reader = bits;
  return true;
}

// Sums over the rows of a block, by column: of the mean, and of the rest (see kHalfWeights).
struct ColumnSums {
  std::array<std::int64_t, 8> mean = {};
  std::array<std::int64_t, 8> rest = {};
};

// T.81 F.2.2.2. False if the data are corrupt.
bool DecodeCoefficients(const Component& component, BitReader& reader, ColumnSums& sums) {
  BitReader bits = reader;
  for (std::size_t next = 1; next < 64; ++next) {
    bits.Refill();
    const HuffmanCode code = component.ac.Find(bits.window());
    if (code.length == 0) return false;
    bits.Skip(code.length);
    if (code.symbol == 0) break;
    const int size = code.symbol & 15;
    if (size == 0 && code.symbol != 0xF0) return false;
    next += static_cast<std::size_t>(code.symbol >> 4);
    if (next > 63) return false;
    if (size == 0) continue;
    const std::int64_t value = Extended(bits.ReadBits(size), size) * component.step[next];
    const std::size_t row = kZigzag[next] / 8;
    const std::size_t column = kZigzag[next] % 8;
    if (row == 0) sums.mean[column] = value << kMeanBits;
    sums.rest[column] += value * kHalfWeights[row];
  }
  reader = bits;
  return true;
}

Quad Quarters(const ColumnSums& sums) {
  constexpr int kBits = kWeightBits + kMiddleBits + 3 + 2;
  Quad quad;
  for (const int lower : {0, 1}) {
    const auto half = [&](std::size_t u) {
      return Rounded(lower == 0 ? sums.mean[u] + sums.rest[u] : sums.mean[u] - sums.rest[u],
                     kWeightBits);
    };
    const std::int64_t mean = half(0) << kMeanBits;
    std::int64_t rest = 0;
    for (std::size_t u = 1; u < 8; u += 2) rest += half(u) * kHalfWeights[u];
    quad[static_cast<std::size_t>(lower * 2)] = Gray(Rounded(mean + rest, kBits));
    quad[static_cast<std::size_t>(lower * 2 + 1)] = Gray(Rounded(mean - rest, kBits));
  }
  return quad;
}

bool DecodeBlock(Component& component, BitReader& bits, Quad& quad) {
  if (!DecodeMean(component, bits)) return false;
  const std::int64_t mean = component.mean * component.step[0];
  if (component.skip != nullptr) {
    quad.fill(Gray(Rounded(mean, 3)));
    return SkipCoefficients(component, bits);
  }
  ColumnSums sums;
  sums.mean[0] = mean << kMeanBits;
  if (!DecodeCoefficients(component, bits, sums)) return false;
  quad = Quarters(sums);
  return true;
}

}  // namespace

bool DecodeBlocks(Component& component, int mcu, BitReader& bits) {
  for (int y = 0; y < component.blocks_down; ++y) {
    for (int x = 0; x < component.blocks_across; ++x) {
      Quad quad;
      if (!DecodeBlock(component, bits, quad)) return false;
      const int column = (mcu * component.blocks_across + x) * component.pixels_across;
      for (int i = 0; i < component.pixels_down; ++i) {
        auto& row = component.rows[static_cast<std::size_t>(y * component.pixels_down + i)];
        std::copy_n(quad.begin() + i * 2, component.pixels_across, row.begin() + column);
      }
    }
  }
  return true;
}

}  // namespace edgevlm
