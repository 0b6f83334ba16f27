#include "tensor/packed_block.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace edgevlm {
namespace {

bool IsFiniteHalf(std::uint16_t half) { return (half & 0x7c00u) != 0x7c00u; }

void StoreHalf(std::uint16_t half, int output, std::byte* row) {
  std::memcpy(row + 2 * output, &half, sizeof(half));
}

std::uint16_t LoadHalf(const std::byte* row, int output) {
  std::uint16_t half = 0;
  std::memcpy(&half, row + 2 * output, sizeof(half));
  return half;
}

using QuantRows = std::uint8_t[kPackedOutputs][kMaxBlockValues];

// The position of a quant in a plane of `bits`-bit quants: byte `byte` of an output in row `row`,
// from bit `shift` up.
struct QuantPosition {
  int row;
  int byte;
  int shift;
};

QuantPosition PositionOf(int value, int bits) {
  const int quad = value / 4;
  const int per_byte = 8 / bits;
  return {quad / per_byte, value % 4, quad % per_byte * bits};
}

// Packs the bits [first, first + bits) of all quants, four of an output at a time.
void PackPlane(const QuantRows& quants, int values, int first, int bits, std::byte* plane) {
  const std::uint32_t mask = ((1u << bits) - 1) * 0x01010101u;
  const int per_byte = 8 / bits;
  for (int value = 0; value < values; value += 4 * per_byte, plane += kQuantRowBytes) {
    for (int output = 0; output < kPackedOutputs; ++output) {
      std::uint32_t word = 0;
      for (int i = 0; i < per_byte; ++i) {
        std::uint32_t quad = 0;
        std::memcpy(&quad, quants[output] + value + 4 * i, sizeof(quad));
        word |= (quad >> first & mask) << (i * bits);
      }
      std::memcpy(plane + 4 * output, &word, sizeof(word));
    }
  }
}

void ReadPlane(const std::byte* plane, int output, int first, int bits, int values,
               std::uint8_t* quants) {
  const int mask = (1 << bits) - 1;
  for (int value = 0; value < values; ++value) {
    const QuantPosition position = PositionOf(value, bits);
    const int byte =
        static_cast<int>(plane[position.row * kQuantRowBytes + 4 * output + position.byte]);
    quants[value] =
        static_cast<std::uint8_t>(quants[value] | (byte >> position.shift & mask) << first);
  }
}

}  // namespace

bool PackBlocks(const BlockFormat& format, std::span<const std::byte* const> blocks,
                std::byte* packed) {
  CHECK(blocks.size() <= kPackedOutputs);
  const PackedBlockLayout layout = LayoutOf(format);
  std::fill_n(packed, layout.low_quants, std::byte{0});
  QuantRows quants;
  BlockParts parts;
  bool finite = true;
  for (int output = 0; output < kPackedOutputs; ++output) {
    if (output >= static_cast<int>(blocks.size())) {
      std::fill_n(quants[output], format.values, std::uint8_t{0});
      continue;
    }
    format.read(blocks[static_cast<std::size_t>(output)], parts);
    finite = finite && IsFiniteHalf(parts.scale) && IsFiniteHalf(parts.minimum);
    StoreHalf(parts.scale, output, packed);
    if (format.has_minimum) StoreHalf(parts.minimum, output, packed + layout.minima);
    for (int g = 0; g < format.groups() && format.has_group_scales; ++g) {
      const auto group = static_cast<std::size_t>(g);
      const int at = g * kPackedOutputs + output;
      packed[layout.group_scales + at] = static_cast<std::byte>(parts.group_scales[group]);
      if (format.has_minimum) {
        packed[layout.group_minima + at] = static_cast<std::byte>(parts.group_minima[group]);
      }
    }
    std::copy_n(parts.quants.begin(), format.values, quants[output]);
  }
  PackPlane(quants, format.values, 0, format.low_bits, packed + layout.low_quants);
  if (format.high_bits > 0) {
    PackPlane(quants, format.values, format.low_bits, format.high_bits,
              packed + layout.high_quants);
  }
  return finite;
}

void ReadPackedBlock(const BlockFormat& format, const std::byte* packed, int output,
                     BlockParts& parts) {
  CHECK(0 <= output && output < kPackedOutputs);
  const PackedBlockLayout layout = LayoutOf(format);
  parts.scale = LoadHalf(packed, output);
  parts.minimum = format.has_minimum ? LoadHalf(packed + layout.minima, output) : std::uint16_t{0};
  parts.group_scales.fill(1);
  parts.group_minima.fill(1);
  for (int g = 0; g < format.groups() && format.has_group_scales; ++g) {
    const auto group = static_cast<std::size_t>(g);
    const int at = g * kPackedOutputs + output;
    parts.group_scales[group] = static_cast<std::int8_t>(packed[layout.group_scales + at]);
    if (format.has_minimum) {
      parts.group_minima[group] = static_cast<std::uint8_t>(packed[layout.group_minima + at]);
    }
  }
  std::fill_n(parts.quants.begin(), format.values, std::uint8_t{0});
  std::uint8_t* quants = parts.quants.data();
  ReadPlane(packed + layout.low_quants, output, 0, format.low_bits, format.values, quants);
  if (format.high_bits > 0) {
    ReadPlane(packed + layout.high_quants, output, format.low_bits, format.high_bits, format.values,
              quants);
  }
}

}  // namespace edgevlm
