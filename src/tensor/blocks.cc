#include "tensor/blocks.h"

#include <algorithm>
#include <cstring>

namespace edgevlm {
namespace {

using Quants = std::array<std::uint8_t, kMaxBlockValues>;

std::uint8_t Byte(int value) { return static_cast<std::uint8_t>(value); }

template <class Block>
Block Load(const std::byte* bytes) {
  Block block;
  std::memcpy(&block, bytes, sizeof(block));
  return block;
}

// Cuts each of `count` bytes into 8 / bits quants; those of byte j are `count` values apart.
void Spread(const std::uint8_t* bytes, int count, int bits, std::uint8_t* quants) {
  const int mask = (1 << bits) - 1;
  for (int shift = 0; shift < 8; shift += bits) {
    for (int j = 0; j < count; ++j) quants[j] = Byte((bytes[j] >> shift) & mask);
    quants += count;
  }
}

// Adds bit `bit` to the quants, from the bits of a little-endian number.
void AddBits(std::uint32_t bits, int bit, Quants& quants) {
  for (int j = 0; j < 32; ++j) {
    std::uint8_t& quant = quants[static_cast<std::size_t>(j)];
    quant = Byte(quant | static_cast<int>((bits >> j) & 1u) << bit);
  }
}

// Adds bit `bit` to 256 quants: that of value j is bit j / 32 of bytes[j % 32].
void AddBits(const std::uint8_t* bytes, int bit, Quants& quants) {
  std::uint8_t* quant = quants.data();
  for (int shift = 0; shift < 8; ++shift) {
    for (int j = 0; j < 32; ++j, ++quant) *quant = Byte(*quant | ((bytes[j] >> shift) & 1) << bit);
  }
}

void Plain(std::uint16_t scale, std::uint16_t minimum, BlockParts& parts) {
  parts.scale = scale;
  parts.minimum = minimum;
  parts.group_scales.fill(1);
  parts.group_minima.fill(1);
}

// What is added there is subtracted here.
std::uint16_t Negative(std::uint16_t half) { return static_cast<std::uint16_t>(half ^ 0x8000u); }

}  // namespace

void ReadQ4_0(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockQ4_0>(bytes);
  Plain(block.scale, 0, parts);
  Spread(block.quants, 16, 4, parts.quants.data());
}

void ReadQ4_1(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockQ4_1>(bytes);
  Plain(block.scale, Negative(block.minimum), parts);
  Spread(block.quants, 16, 4, parts.quants.data());
}

void ReadQ5_0(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockQ5_0>(bytes);
  Plain(block.scale, 0, parts);
  Spread(block.quants, 16, 4, parts.quants.data());
  AddBits(block.high_bits, 4, parts.quants);
}

void ReadQ5_1(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockQ5_1>(bytes);
  Plain(block.scale, Negative(block.minimum), parts);
  Spread(block.quants, 16, 4, parts.quants.data());
  AddBits(block.high_bits, 4, parts.quants);
}

void ReadQ8_0(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockQ8_0>(bytes);
  Plain(block.scale, 0, parts);
  for (std::size_t j = 0; j < 32; ++j) parts.quants[j] = Byte(block.quants[j] + 128);
}

void ReadQ2K(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockQ2K>(bytes);
  parts.scale = block.scale;
  parts.minimum = block.minimum;
  for (std::size_t g = 0; g < 16; ++g) {
    parts.group_scales[g] = static_cast<std::int8_t>(block.groups[g] & 15);
    parts.group_minima[g] = Byte(block.groups[g] >> 4);
  }
  for (int half = 0; half < 2; ++half) {
    Spread(block.quants + 32 * half, 32, 2, parts.quants.data() + 128 * half);
  }
}

void ReadQ3K(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockQ3K>(bytes);
  parts.scale = block.scale;
  parts.minimum = 0;
  parts.group_minima.fill(0);
  for (int g = 0; g < 16; ++g) {
    const int low = g < 8 ? block.groups[g] & 15 : block.groups[g - 8] >> 4;
    const int high = (block.groups[8 + g % 4] >> (2 * (g / 4))) & 3;
    parts.group_scales[static_cast<std::size_t>(g)] =
        static_cast<std::int8_t>((low | high << 4) - 32);
  }
  for (int half = 0; half < 2; ++half) {
    Spread(block.quants + 32 * half, 32, 2, parts.quants.data() + 128 * half);
  }
  AddBits(block.high_bits, 2, parts.quants);
}

// The scales and minima of Q4K and Q5K.
void ReadGroups(const std::uint8_t* groups, BlockParts& parts) {
  for (int g = 0; g < 8; ++g) {
    int scale = 0;
    int minimum = 0;
    if (g < 4) {
      scale = groups[g] & 63;
      minimum = groups[g + 4] & 63;
    } else {
      scale = (groups[g + 4] & 15) | (groups[g - 4] >> 6) << 4;
      minimum = (groups[g + 4] >> 4) | (groups[g] >> 6) << 4;
    }
    parts.group_scales[static_cast<std::size_t>(g)] = static_cast<std::int8_t>(scale);
    parts.group_minima[static_cast<std::size_t>(g)] = Byte(minimum);
  }
}

void ReadQ4K(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockQ4K>(bytes);
  parts.scale = block.scale;
  parts.minimum = block.minimum;
  ReadGroups(block.groups, parts);
  for (int quarter = 0; quarter < 4; ++quarter) {
    Spread(block.quants + 32 * quarter, 32, 4, parts.quants.data() + 64 * quarter);
  }
}

void ReadQ5K(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockQ5K>(bytes);
  parts.scale = block.scale;
  parts.minimum = block.minimum;
  ReadGroups(block.groups, parts);
  for (int quarter = 0; quarter < 4; ++quarter) {
    Spread(block.quants + 32 * quarter, 32, 4, parts.quants.data() + 64 * quarter);
  }
  AddBits(block.high_bits, 4, parts.quants);
}

void ReadQ6K(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockQ6K>(bytes);
  parts.scale = block.scale;
  parts.minimum = 0;
  parts.group_minima.fill(0);
  std::copy_n(block.groups, 16, parts.group_scales.begin());
  std::uint8_t high[128];
  for (int half = 0; half < 2; ++half) {
    std::uint8_t* quants = parts.quants.data() + 128 * half;
    Spread(block.quants + 64 * half, 64, 4, quants);
    Spread(block.high_bits + 32 * half, 32, 2, high);
    for (int j = 0; j < 128; ++j) quants[j] = Byte(quants[j] | high[j] << 4);
  }
}

void ReadIq4Nl(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockIq4Nl>(bytes);
  Plain(block.scale, 0, parts);
  Spread(block.quants, 16, 4, parts.quants.data());
}

void ReadIq4Xs(const std::byte* bytes, BlockParts& parts) {
  const auto block = Load<BlockIq4Xs>(bytes);
  parts.scale = block.scale;
  parts.minimum = 0;
  parts.group_minima.fill(0);
  for (int g = 0; g < 8; ++g) {
    const int low = (block.groups[g / 2] >> (4 * (g % 2))) & 15;
    const int high = (block.high_bits >> (2 * g)) & 3;
    parts.group_scales[static_cast<std::size_t>(g)] =
        static_cast<std::int8_t>((low | high << 4) - 32);
    Spread(block.quants + 16 * g, 16, 4, parts.quants.data() + 32 * g);
  }
}

const BlockFormat* FindBlockFormat(DType dtype) {
  const auto* found = std::find_if(std::begin(kBlockFormats), std::end(kBlockFormats),
                                   [=](const BlockFormat& f) { return f.dtype == dtype; });
  return found == std::end(kBlockFormats) ? nullptr : found;
}

}  // namespace edgevlm
