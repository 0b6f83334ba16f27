// Packed block: the quantized blocks of 16 neighboring outputs, interleaved so that a kernel finds
// the data of 16 lanes next to each other.
//
// A packed block is as large as its blocks, within 3 % (Q2_K: 19 %). Its parts, each at a multiple
// of 16 bytes, with G groups and V values per block:
//
//   scales         float16 [16]
//   minima         float16 [16]      formats with a minimum
//   group scales   int8 [G, 16]      formats with scales of groups
//   group minima   uint8 [G, 16]     formats with both
//   low quants     plane of V quants
//   high quants    plane of V quants  formats with high bits
//
// A plane of b-bit quants has V * b / 32 rows of 64 bytes, 4 of each output. Byte j of an output in
// row r holds, from the low bits up, the quants of the values 4 * (r * 8 / b + i) + j for i =
// 0, 1...: after a shift and a mask, a row is the operand of the dot product instructions for
// bytes, with four neighboring values of one output in every 32-bit lane.
#pragma once

#include <cstddef>
#include <span>

#include "tensor/blocks.h"

namespace edgevlm {

inline constexpr int kPackedOutputs = 16;
inline constexpr int kQuantRowBytes = 4 * kPackedOutputs;
inline constexpr int kUnitValues = 32;  // the fewest values that fill whole rows of every plane

// Offsets of the parts in bytes; scales are at 0. Parts that a format lacks take no bytes.
struct PackedBlockLayout {
  int minima = 0;
  int group_scales = 0;
  int group_minima = 0;
  int low_quants = 0;
  int high_quants = 0;
  int bytes = 0;  // of a packed block
};

constexpr PackedBlockLayout LayoutOf(const BlockFormat& format) {
  constexpr int kHalfRowBytes = 2 * kPackedOutputs;
  const int group_bytes = format.groups() * kPackedOutputs;
  const int bit_plane_bytes = format.values / 8 * kPackedOutputs;
  PackedBlockLayout layout;
  layout.minima = kHalfRowBytes;
  layout.group_scales = layout.minima + (format.has_minimum ? kHalfRowBytes : 0);
  layout.group_minima = layout.group_scales + (format.has_group_scales ? group_bytes : 0);
  layout.low_quants =
      layout.group_minima + (format.has_group_scales && format.has_minimum ? group_bytes : 0);
  layout.high_quants = layout.low_quants + format.low_bits * bit_plane_bytes;
  layout.bytes = layout.high_quants + format.high_bits * bit_plane_bytes;
  return layout;
}

// Writes a packed block. blocks: one per output, at most 16; missing outputs become zeros. False
// when a scale or minimum is not finite.
bool PackBlocks(const BlockFormat& format, std::span<const std::byte* const> blocks,
                std::byte* packed);

// Unpacks the block of one output.
void ReadPackedBlock(const BlockFormat& format, const std::byte* packed, int output,
                     BlockParts& parts);

}  // namespace edgevlm
