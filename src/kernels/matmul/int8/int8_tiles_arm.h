// Tiles of int8 products for 64-bit Arm processors with sdot (Isa::kDotprod) or smmla (Isa::kI8mm).
// Each has a file that is compiled for its instruction and shares only these plain declarations
// with int8_matmul_neon.cc, which calls it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgevlm {

inline constexpr int kArmTileOutputs = 16;  // a panel

// Inputs of x and w that a tile reads at a time.
inline constexpr int kArmTileStep = 16;

// Some rows of x times a panel of w, for the inputs of one k-slice: the tile adds the sums of
// int8_matmul.h to `totals`. Rows of x have the layout of quantized_rows.h; pointers are to the
// first row, further rows lie `stride` bytes apart.
struct Int8ArmTile {
  const std::int8_t* x;        // quants; 0 where the last step extends past the inputs
  const float* x_scales;       // of the blocks
  const std::int32_t* x_sums;  // of the groups' values, negated
  std::ptrdiff_t stride;
  int rows;
  int inputs;  // of the k-slice
  // Signed quants of w, or unsigned ones of at most 7 bits for a weight with minima; arbitrary
  // bytes where the last step extends past the inputs. DotprodTile: [inputs / 4][16][4]. I8mmTile:
  // [inputs / 8][16][8].
  const std::int8_t* quants;
  // Of the groups. DotprodTile: [16] per group. I8mmTile: [8][4], those of two outputs, twice.
  const float* scales;
  const float* minima;
  float* totals;  // [rows, 16]
  // For whole rows (int8_row_tile-inl.h), in place of totals, scales and sums of x.
  std::int32_t* sums;  // [rows, 16]
};

using Int8ArmTileFunction = void (*)(const Int8ArmTile& tile);

// The inputs that share a scale of w and those that share one of x: 16 or 32 and 128, with or
// without minima, or without them twice 32 or twice 64.
struct ArmTileKind {
  int group;
  int block;
  bool has_minima;
};

// The tile function for `rows` rows.
inline constexpr int kMaxDotprodRows = 4;
Int8ArmTileFunction DotprodTile(const ArmTileKind& kind, int rows);
Int8ArmTileFunction DotprodRowTile(int rows);
inline constexpr int kMaxI8mmRows = 2;  // one takes as long as two
Int8ArmTileFunction I8mmTile(const ArmTileKind& kind, int rows);
Int8ArmTileFunction I8mmRowTile(int rows);

}  // namespace edgevlm
