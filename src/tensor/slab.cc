#include "tensor/slab.h"

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

using CodeRows = std::uint8_t[kSlabOutputs][kMaxBlockValues];

// Where a plane of `bits`-bit codes holds one: byte `byte` of an output in row `row`, from bit
// `shift` up.
struct CodePlace {
  int row;
  int byte;
  int shift;
};

CodePlace PlaceOf(int value, int bits) {
  const int quad = value / 4;
  const int per_byte = 8 / bits;
  return {quad / per_byte, value % 4, quad % per_byte * bits};
}

// The bits [first, first + bits) of all codes, four of an output at a time.
void PackPlane(const CodeRows& codes, int values, int first, int bits, std::byte* plane) {
  const std::uint32_t mask = ((1u << bits) - 1) * 0x01010101u;
  const int per_byte = 8 / bits;
  for (int value = 0; value < values; value += 4 * per_byte, plane += kCodeRowBytes) {
    for (int output = 0; output < kSlabOutputs; ++output) {
      std::uint32_t word = 0;
      for (int i = 0; i < per_byte; ++i) {
        std::uint32_t quad = 0;
        std::memcpy(&quad, codes[output] + value + 4 * i, sizeof(quad));
        word |= (quad >> first & mask) << (i * bits);
      }
      std::memcpy(plane + 4 * output, &word, sizeof(word));
    }
  }
}

void ReadPlane(const std::byte* plane, int output, int first, int bits, int values,
               std::uint8_t* codes) {
  const int mask = (1 << bits) - 1;
  for (int value = 0; value < values; ++value) {
    const CodePlace place = PlaceOf(value, bits);
    const int byte = static_cast<int>(plane[place.row * kCodeRowBytes + 4 * output + place.byte]);
    codes[value] = static_cast<std::uint8_t>(codes[value] | (byte >> place.shift & mask) << first);
  }
}

}  // namespace

bool PackSlab(const BlockFormat& format, std::span<const std::byte* const> blocks,
              std::byte* slab) {
  CHECK(blocks.size() <= kSlabOutputs);
  const SlabLayout layout = LayoutOf(format);
  std::fill_n(slab, layout.low_codes, std::byte{0});
  CodeRows codes;
  BlockParts parts;
  bool finite = true;
  for (int output = 0; output < kSlabOutputs; ++output) {
    if (output >= static_cast<int>(blocks.size())) {
      std::fill_n(codes[output], format.values, std::uint8_t{0});
      continue;
    }
    format.read(blocks[static_cast<std::size_t>(output)], parts);
    finite = finite && IsFiniteHalf(parts.scale) && IsFiniteHalf(parts.minimum);
    StoreHalf(parts.scale, output, slab);
    if (format.has_minimum) StoreHalf(parts.minimum, output, slab + layout.minima);
    for (int g = 0; g < format.groups() && format.has_group_scales; ++g) {
      const auto group = static_cast<std::size_t>(g);
      const int at = g * kSlabOutputs + output;
      slab[layout.group_scales + at] = static_cast<std::byte>(parts.group_scales[group]);
      if (format.has_minimum) {
        slab[layout.group_minima + at] = static_cast<std::byte>(parts.group_minima[group]);
      }
    }
    std::copy_n(parts.codes.begin(), format.values, codes[output]);
  }
  PackPlane(codes, format.values, 0, format.low_bits, slab + layout.low_codes);
  if (format.high_bits > 0) {
    PackPlane(codes, format.values, format.low_bits, format.high_bits, slab + layout.high_codes);
  }
  return finite;
}

void ReadSlab(const BlockFormat& format, const std::byte* slab, int output, BlockParts& parts) {
  CHECK(0 <= output && output < kSlabOutputs);
  const SlabLayout layout = LayoutOf(format);
  parts.scale = LoadHalf(slab, output);
  parts.minimum = format.has_minimum ? LoadHalf(slab + layout.minima, output) : std::uint16_t{0};
  parts.group_scales.fill(1);
  parts.group_minima.fill(1);
  for (int g = 0; g < format.groups() && format.has_group_scales; ++g) {
    const auto group = static_cast<std::size_t>(g);
    const int at = g * kSlabOutputs + output;
    parts.group_scales[group] = static_cast<std::int8_t>(slab[layout.group_scales + at]);
    if (format.has_minimum) {
      parts.group_minima[group] = static_cast<std::uint8_t>(slab[layout.group_minima + at]);
    }
  }
  std::fill_n(parts.codes.begin(), format.values, std::uint8_t{0});
  std::uint8_t* codes = parts.codes.data();
  ReadPlane(slab + layout.low_codes, output, 0, format.low_bits, format.values, codes);
  if (format.high_bits > 0) {
    ReadPlane(slab + layout.high_codes, output, format.low_bits, format.high_bits, format.values,
              codes);
  }
}

}  // namespace edgevlm
