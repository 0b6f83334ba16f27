// Blocks: the quantized formats of GGUF as files hold them, and a table of their properties.
//
// A block holds 32 or 256 neighboring values of one row. Every value has a quant of 2 to 8 bits; a
// group of 16 or 32 values shares a scale and, in some formats, a minimum:
//
//   value = scale * group_scale * q - minimum * group_minimum
//
// where q, the quantized value, is quant - bias, or an entry of a table (IQ4). scale and minimum
// are float16 and the others small integers, so both products are exact in float32 in any order.
// The only rounding is that of the subtraction, and every implementation gets the same bits.
// Formats: ggml (github.com/ggml-org/llama.cpp), K-quants by Kawrakow, 2023; docs/formats.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tensor/dtype.h"

namespace edgevlm {

inline constexpr int kMaxBlockValues = 256;
inline constexpr int kMaxBlockGroups = 16;

// The blocks in memory, little-endian and unaligned: copy them in and out. float16 is held as its
// bits. Where a byte holds several quants, "low" means its low bits.
#pragma pack(push, 1)

// 4-bit quants: byte j holds value j low, value j + 16 high.
struct BlockQ4_0 {
  std::uint16_t scale;
  std::uint8_t quants[16];
};
struct BlockQ4_1 {
  std::uint16_t scale;
  std::uint16_t minimum;  // added
  std::uint8_t quants[16];
};
// As Q4; the fifth bit of value j is bit j of high_bits.
struct BlockQ5_0 {
  std::uint16_t scale;
  std::uint32_t high_bits;
  std::uint8_t quants[16];
};
struct BlockQ5_1 {
  std::uint16_t scale;
  std::uint16_t minimum;  // added
  std::uint32_t high_bits;
  std::uint8_t quants[16];
};
struct BlockQ8_0 {
  std::uint16_t scale;
  std::int8_t quants[32];
};

// 2-bit quants: in each half of 128 values, byte j of 32 holds the values j, j + 32, j + 64 and
// j + 96, from its low bits up. 16 groups: group scale low, group minimum high.
struct BlockQ2K {
  std::uint8_t groups[16];
  std::uint8_t quants[64];
  std::uint16_t scale;
  std::uint16_t minimum;
};
// As Q2K; the third bit of value j is bit j / 32 of high_bits[j % 32]. 16 group scales of 6 bits,
// less 32: the low 4 bits of scale g are in byte g % 8 (g < 8: low), the others in the bits
// 2 * (g / 4) of byte 8 + g % 4.
struct BlockQ3K {
  std::uint8_t high_bits[32];
  std::uint8_t quants[64];
  std::uint8_t groups[12];
  std::uint16_t scale;
};
// 4-bit quants: in each quarter of 64 values, byte j of 32 holds value j low, value j + 32 high.
// 8 groups with a scale and a minimum of 6 bits each: of groups 0 to 3 the scales are the low bits
// of bytes 0 to 3 and the minima those of bytes 4 to 7; of group g above, byte g + 4 has the low
// 4 bits of scale (low) and minimum (high), the top bits of bytes g - 4 and g have the rest.
struct BlockQ4K {
  std::uint16_t scale;
  std::uint16_t minimum;
  std::uint8_t groups[12];
  std::uint8_t quants[128];
};
// As Q4K; the fifth bit of value j is bit j / 32 of high_bits[j % 32].
struct BlockQ5K {
  std::uint16_t scale;
  std::uint16_t minimum;
  std::uint8_t groups[12];
  std::uint8_t high_bits[32];
  std::uint8_t quants[128];
};
// In each half of 128 values: byte j of 64 holds the low 4 bits of value j low, of value j + 64
// high; byte j of 32 the upper 2 bits of the values j, j + 32, j + 64, j + 96. 16 groups.
struct BlockQ6K {
  std::uint8_t quants[128];
  std::uint8_t high_bits[64];
  std::int8_t groups[16];
  std::uint16_t scale;
};

// As Q4_0, but the quants are codes: indices into kIq4Values.
struct BlockIq4Nl {
  std::uint16_t scale;
  std::uint8_t quants[16];
};
// 8 groups of 32 values, each packed as in Q4_0. Group scales of 6 bits, less 32: the low 4 bits of
// scale g in byte g / 2 (even g: low), the others in the bits 2 * g of high_bits.
struct BlockIq4Xs {
  std::uint16_t scale;
  std::uint16_t high_bits;
  std::uint8_t groups[4];
  std::uint8_t quants[128];
};

#pragma pack(pop)

static_assert(sizeof(BlockQ4_0) == 18 && sizeof(BlockQ4_1) == 20 && sizeof(BlockQ5_0) == 22);
static_assert(sizeof(BlockQ5_1) == 24 && sizeof(BlockQ8_0) == 34 && sizeof(BlockQ2K) == 84);
static_assert(sizeof(BlockQ3K) == 110 && sizeof(BlockQ4K) == 144 && sizeof(BlockQ5K) == 176);
static_assert(sizeof(BlockQ6K) == 210 && sizeof(BlockIq4Nl) == 18 && sizeof(BlockIq4Xs) == 136);

// The quantized values of IQ4: denser around zero, as weights are.
inline constexpr std::array<std::int8_t, 16> kIq4Values = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

// The unpacked parts of a block. Parts that a format lacks are 1 for scales of groups, 0 for the
// rest.
struct BlockParts {
  std::uint16_t scale = 0;    // float16
  std::uint16_t minimum = 0;  // float16, subtracted
  std::array<std::int8_t, kMaxBlockGroups> group_scales;
  std::array<std::uint8_t, kMaxBlockGroups> group_minima;
  std::array<std::uint8_t, kMaxBlockValues> quants;
};

// Unpacks a block of one format.
using ReadParts = void(const std::byte* block, BlockParts& parts);
ReadParts ReadQ4_0, ReadQ4_1, ReadQ5_0, ReadQ5_1, ReadQ8_0, ReadQ2K, ReadQ3K, ReadQ4K, ReadQ5K,
    ReadQ6K, ReadIq4Nl, ReadIq4Xs;

// The properties of one format. All code that reads blocks works from these records.
struct BlockFormat {
  DType dtype;
  int values;  // per block
  int group;   // values per group
  // A quant has low_bits + high_bits bits: 2, 4 or 8, and 0, 1 or 2 above them.
  int low_bits;
  int high_bits;
  int bias;               // q = quant - bias; 0 with a minimum or a table
  bool has_table;         // q = kIq4Values[quant]
  bool has_group_scales;  // else all are 1
  bool has_minimum;
  ReadParts* read;

  constexpr int groups() const { return values / group; }
  // q of a quant.
  int QuantizedValue(std::uint8_t quant) const {
    return has_table ? kIq4Values[quant] : quant - bias;
  }
};

// All formats. Columns: values, group, low and high bits, bias, table, group scales, minimum.
inline constexpr BlockFormat kBlockFormats[] = {
    {DType::kQ4_0, 32, 32, 4, 0, 8, false, false, false, ReadQ4_0},
    {DType::kQ4_1, 32, 32, 4, 0, 0, false, false, true, ReadQ4_1},
    {DType::kQ5_0, 32, 32, 4, 1, 16, false, false, false, ReadQ5_0},
    {DType::kQ5_1, 32, 32, 4, 1, 0, false, false, true, ReadQ5_1},
    {DType::kQ8_0, 32, 32, 8, 0, 128, false, false, false, ReadQ8_0},
    {DType::kQ2_K, 256, 16, 2, 0, 0, false, true, true, ReadQ2K},
    {DType::kQ3_K, 256, 16, 2, 1, 4, false, true, false, ReadQ3K},
    {DType::kQ4_K, 256, 32, 4, 0, 0, false, true, true, ReadQ4K},
    {DType::kQ5_K, 256, 32, 4, 1, 0, false, true, true, ReadQ5K},
    {DType::kQ6_K, 256, 16, 4, 2, 32, false, true, false, ReadQ6K},
    {DType::kIQ4_NL, 32, 32, 4, 0, 0, true, false, false, ReadIq4Nl},
    {DType::kIQ4_XS, 256, 32, 4, 0, 0, true, true, false, ReadIq4Xs},
};

// Null for formats without blocks: F32, F16, BF16.
const BlockFormat* FindBlockFormat(DType dtype);

}  // namespace edgevlm
