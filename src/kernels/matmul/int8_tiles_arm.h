// Tiles of int8 products for 64-bit Arm processors with instructions of their own for them: sdot
// (Isa::kDotprod) and smmla (Isa::kI8mm). Each has a file that is compiled for its instruction and
// shares nothing but these plain declarations with int8_matmul_neon.cc, which calls it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgevlm {

inline constexpr int kArmTileOutputs = 16;  // a panel
inline constexpr int kArmTileBlock = 128;   // inputs that share a scale of x

// A tile reads so many inputs of x and w at once.
inline constexpr int kArmTileStep = 16;

// Some rows of x times a panel of w, for the inputs of one slice: the tile adds the sums that
// int8_matmul.h says to `totals`. A row of x is as int8_rows.h says; pointers are to the first row,
// the next ones lie `stride` bytes apart.
struct Int8ArmTile {
  const std::int8_t* x;        // levels; 0 where the last step goes beyond the inputs
  const float* x_scales;       // of the blocks
  const std::int32_t* x_sums;  // of the groups, negated
  std::ptrdiff_t stride;
  int rows;
  int inputs;  // in the slice
  // Levels of w, or codes of at most 7 bits of a weight with minima; any bytes where the last step
  // goes beyond the inputs. DotprodTile: [inputs / 4][16][4]. I8mmTile: [inputs / 8][16][8].
  const std::int8_t* levels;
  // Of the groups. DotprodTile: [16] for each. I8mmTile: [8][4], those of two outputs, twice.
  const float* scales;
  const float* minima;
  float* totals;  // [rows, 16]
};

using Int8ArmTileFunction = void (*)(const Int8ArmTile& tile);

// The tile for groups of 16 or 32 inputs, or of 128 without minima, and so many rows.
inline constexpr int kMostDotprodRows = 4;
Int8ArmTileFunction DotprodTile(int group, bool has_minima, int rows);
inline constexpr int kMostI8mmRows = 2;  // one takes as long as two
Int8ArmTileFunction I8mmTile(int group, bool has_minima, int rows);

}  // namespace edgevlm
