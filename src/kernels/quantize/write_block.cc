#include "kernels/quantize/write_block.h"

#include <cstring>

#include "base/check.h"

namespace edgevlm {
namespace {

std::uint8_t Byte(int value) { return static_cast<std::uint8_t>(value); }

// Joins 8 / bits quants, `count` values apart, in each of `count` bytes; takes their bits from
// `first` on.
void Join(const std::uint8_t* quants, int count, int first, int bits, std::uint8_t* bytes) {
  const int mask = (1 << bits) - 1;
  for (int j = 0; j < count; ++j) {
    int byte = 0;
    for (int shift = 0; shift < 8; shift += bits) {
      byte |= (quants[shift / bits * count + j] >> first & mask) << shift;
    }
    bytes[j] = Byte(byte);
  }
}

// The opposite of what Q4_1 and Q5_1 do when they are read: there it is added.
std::uint16_t Negative(std::uint16_t half) { return static_cast<std::uint16_t>(half ^ 0x8000u); }

// The fifth bits of 32 quants.
std::uint32_t FifthBits(const BlockParts& parts) {
  std::uint32_t bits = 0;
  for (std::size_t j = 0; j < 32; ++j) {
    bits |= static_cast<std::uint32_t>(parts.quants[j] >> 4 & 1) << j;
  }
  return bits;
}

BlockQ4_0 MakeQ4_0(const BlockParts& parts) {
  BlockQ4_0 block{.scale = parts.scale, .quants = {}};
  Join(parts.quants.data(), 16, 0, 4, block.quants);
  return block;
}

BlockQ4_1 MakeQ4_1(const BlockParts& parts) {
  BlockQ4_1 block{.scale = parts.scale, .minimum = Negative(parts.minimum), .quants = {}};
  Join(parts.quants.data(), 16, 0, 4, block.quants);
  return block;
}

BlockQ5_0 MakeQ5_0(const BlockParts& parts) {
  BlockQ5_0 block{.scale = parts.scale, .high_bits = FifthBits(parts), .quants = {}};
  Join(parts.quants.data(), 16, 0, 4, block.quants);
  return block;
}

BlockQ5_1 MakeQ5_1(const BlockParts& parts) {
  BlockQ5_1 block{.scale = parts.scale,
                  .minimum = Negative(parts.minimum),
                  .high_bits = FifthBits(parts),
                  .quants = {}};
  Join(parts.quants.data(), 16, 0, 4, block.quants);
  return block;
}

BlockQ8_0 MakeQ8_0(const BlockParts& parts) {
  BlockQ8_0 block{.scale = parts.scale, .quants = {}};
  for (std::size_t j = 0; j < 32; ++j) {
    block.quants[j] = static_cast<std::int8_t>(parts.quants[j] - 128);
  }
  return block;
}

BlockQ2K MakeQ2K(const BlockParts& parts) {
  BlockQ2K block{.groups = {}, .quants = {}, .scale = parts.scale, .minimum = parts.minimum};
  for (std::size_t g = 0; g < 16; ++g) {
    block.groups[g] = Byte(parts.group_scales[g] | parts.group_minima[g] << 4);
  }
  for (int half = 0; half < 2; ++half) {
    Join(parts.quants.data() + 128 * half, 32, 0, 2, block.quants + 32 * half);
  }
  return block;
}

BlockQ3K MakeQ3K(const BlockParts& parts) {
  BlockQ3K block{.high_bits = {}, .quants = {}, .groups = {}, .scale = parts.scale};
  for (int g = 0; g < 16; ++g) {
    const int scale = parts.group_scales[static_cast<std::size_t>(g)] + 32;
    std::uint8_t& low = block.groups[g % 8];
    low = Byte(low | (scale & 15) << (g < 8 ? 0 : 4));
    std::uint8_t& high = block.groups[8 + g % 4];
    high = Byte(high | (scale >> 4) << (2 * (g / 4)));
  }
  for (int half = 0; half < 2; ++half) {
    Join(parts.quants.data() + 128 * half, 32, 0, 2, block.quants + 32 * half);
  }
  Join(parts.quants.data(), 32, 2, 1, block.high_bits);
  return block;
}

// The scales and minima of Q4K and Q5K.
void WriteGroups(const BlockParts& parts, std::uint8_t* groups) {
  for (int g = 0; g < 4; ++g) {
    const auto at = static_cast<std::size_t>(g);
    const int high_scale = parts.group_scales[at + 4];
    const int high_minimum = parts.group_minima[at + 4];
    groups[g] = Byte(parts.group_scales[at] | (high_scale >> 4) << 6);
    groups[g + 4] = Byte(parts.group_minima[at] | (high_minimum >> 4) << 6);
    groups[g + 8] = Byte((high_scale & 15) | (high_minimum & 15) << 4);
  }
}

BlockQ4K MakeQ4K(const BlockParts& parts) {
  BlockQ4K block{.scale = parts.scale, .minimum = parts.minimum, .groups = {}, .quants = {}};
  WriteGroups(parts, block.groups);
  for (int quarter = 0; quarter < 4; ++quarter) {
    Join(parts.quants.data() + 64 * quarter, 32, 0, 4, block.quants + 32 * quarter);
  }
  return block;
}

BlockQ5K MakeQ5K(const BlockParts& parts) {
  BlockQ5K block{
      .scale = parts.scale, .minimum = parts.minimum, .groups = {}, .high_bits = {}, .quants = {}};
  WriteGroups(parts, block.groups);
  for (int quarter = 0; quarter < 4; ++quarter) {
    Join(parts.quants.data() + 64 * quarter, 32, 0, 4, block.quants + 32 * quarter);
  }
  Join(parts.quants.data(), 32, 4, 1, block.high_bits);
  return block;
}

BlockQ6K MakeQ6K(const BlockParts& parts) {
  BlockQ6K block{.quants = {}, .high_bits = {}, .groups = {}, .scale = parts.scale};
  for (std::size_t g = 0; g < 16; ++g) block.groups[g] = parts.group_scales[g];
  for (int half = 0; half < 2; ++half) {
    const std::uint8_t* quants = parts.quants.data() + 128 * half;
    Join(quants, 64, 0, 4, block.quants + 64 * half);
    Join(quants, 32, 4, 2, block.high_bits + 32 * half);
  }
  return block;
}

BlockIq4Nl MakeIq4Nl(const BlockParts& parts) {
  BlockIq4Nl block{.scale = parts.scale, .quants = {}};
  Join(parts.quants.data(), 16, 0, 4, block.quants);
  return block;
}

BlockIq4Xs MakeIq4Xs(const BlockParts& parts) {
  BlockIq4Xs block{.scale = parts.scale, .high_bits = 0, .groups = {}, .quants = {}};
  for (int g = 0; g < 8; ++g) {
    const int scale = parts.group_scales[static_cast<std::size_t>(g)] + 32;
    std::uint8_t& low = block.groups[g / 2];
    low = Byte(low | (scale & 15) << (4 * (g % 2)));
    block.high_bits = static_cast<std::uint16_t>(block.high_bits | (scale >> 4) << (2 * g));
    Join(parts.quants.data() + 32 * g, 16, 0, 4, block.quants + 16 * g);
  }
  return block;
}

template <class Block>
void Store(const Block& block, std::byte* bytes) {
  std::memcpy(bytes, &block, sizeof(block));
}

}  // namespace

void WriteBlock(DType dtype, const BlockParts& parts, std::byte* block) {
  switch (dtype) {
    case DType::kQ4_0:
      return Store(MakeQ4_0(parts), block);
    case DType::kQ4_1:
      return Store(MakeQ4_1(parts), block);
    case DType::kQ5_0:
      return Store(MakeQ5_0(parts), block);
    case DType::kQ5_1:
      return Store(MakeQ5_1(parts), block);
    case DType::kQ8_0:
      return Store(MakeQ8_0(parts), block);
    case DType::kQ2_K:
      return Store(MakeQ2K(parts), block);
    case DType::kQ3_K:
      return Store(MakeQ3K(parts), block);
    case DType::kQ4_K:
      return Store(MakeQ4K(parts), block);
    case DType::kQ5_K:
      return Store(MakeQ5K(parts), block);
    case DType::kQ6_K:
      return Store(MakeQ6K(parts), block);
    case DType::kIQ4_NL:
      return Store(MakeIq4Nl(parts), block);
    case DType::kIQ4_XS:
      return Store(MakeIq4Xs(parts), block);
    default:
      CHECK(false);
  }
}

}  // namespace edgevlm
