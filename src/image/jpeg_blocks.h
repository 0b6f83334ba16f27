// The blocks of one component of a baseline JPEG, decoded to an eighth of their size.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "image/jpeg_huffman.h"
#include "image/jpeg_segment.h"

namespace edgevlm {

// Where the coefficients of a block are, in the order of the data: row * 8 + column (T.81 figure
// A.6).
inline constexpr std::array<std::uint8_t, 64> kZigzag = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// One component of the frame: how to decode it, and the pixels of the current row of MCUs.
struct Component {
  static constexpr int kMaxRows = 2;

  HuffmanTable dc;
  HuffmanTable ac;
  std::unique_ptr<SkipTable> skip;         // none if the blocks are cut in four
  std::array<std::int64_t, 64> step = {};  // of quantization, in the order of the data
  int blocks_across = 1;                   // in an MCU
  int blocks_down = 1;
  int pixels_across = 1;  // of a block
  int pixels_down = 1;
  std::int64_t mean = 0;  // of the block before, in steps: what the next one is coded against
  std::array<std::vector<std::uint8_t>, kMaxRows> rows = {};
};

// Reads the component's blocks of one MCU into its rows. With `skip` a block has one value, its
// mean; without, four, the means of its quarters. The values are those of libjpeg's reduced inverse
// transforms, to the last bit.
// False if the data are wrong. Reads at most 256 bytes a block, whatever the data are.
bool DecodeBlocks(Component& component, int mcu, BitReader& bits);

}  // namespace edgevlm
