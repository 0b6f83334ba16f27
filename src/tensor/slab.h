// Slab: a quantized block of each of 16 neighboring outputs, laid side by side, so that a kernel
// finds what 16 lanes need next to each other.
//
// A slab is as large as its blocks, within 3 % (Q2_K: 19 %). Its parts, each at a multiple of 16
// bytes, with G groups and V values per block:
//
//   scales         float16 [16]
//   minima         float16 [16]      formats with a minimum
//   group scales   int8 [G, 16]      formats with scales of groups
//   group minima   uint8 [G, 16]     formats with both
//   low codes      plane of V codes
//   high codes     plane of V codes  formats with high bits
//
// A plane of b-bit codes has V * b / 32 rows of 64 bytes, 4 of each output. Byte j of an output in
// row r holds, from the low bits up, the codes of the values 4 * (r * 8 / b + i) + j for i =
// 0, 1...: masked and shifted, a row is what instructions for dot products of bytes take, four
// neighboring values of one output in every 32-bit lane.
#pragma once

#include <cstddef>
#include <span>

#include "tensor/blocks.h"

namespace edgevlm {

inline constexpr int kSlabOutputs = 16;
inline constexpr int kCodeRowBytes = 4 * kSlabOutputs;
inline constexpr int kUnitValues = 32;  // the fewest that fill whole rows of every plane

// Where the parts start, in bytes; scales start at 0. Parts that a format lacks take no bytes.
struct SlabLayout {
  int minima = 0;
  int group_scales = 0;
  int group_minima = 0;
  int low_codes = 0;
  int high_codes = 0;
  int bytes = 0;  // of a slab
};

constexpr SlabLayout LayoutOf(const BlockFormat& format) {
  constexpr int kHalfRowBytes = 2 * kSlabOutputs;
  const int group_bytes = format.groups() * kSlabOutputs;
  const int bit_plane_bytes = format.values / 8 * kSlabOutputs;
  SlabLayout layout;
  layout.minima = kHalfRowBytes;
  layout.group_scales = layout.minima + (format.has_minimum ? kHalfRowBytes : 0);
  layout.group_minima = layout.group_scales + (format.has_group_scales ? group_bytes : 0);
  layout.low_codes =
      layout.group_minima + (format.has_group_scales && format.has_minimum ? group_bytes : 0);
  layout.high_codes = layout.low_codes + format.low_bits * bit_plane_bytes;
  layout.bytes = layout.high_codes + format.high_bits * bit_plane_bytes;
  return layout;
}

// Writes a slab. blocks: one per output, at most 16; the outputs beyond get zeros. False when a
// scale or minimum is not a finite number.
bool PackSlab(const BlockFormat& format, std::span<const std::byte* const> blocks, std::byte* slab);

// Takes the block of one output out of a slab again.
void ReadSlab(const BlockFormat& format, const std::byte* slab, int output, BlockParts& parts);

}  // namespace edgevlm
