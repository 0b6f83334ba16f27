// Decodes the blocks of one component of a baseline JPEG at 1/8 scale.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "image/jpeg_huffman.h"
#include "image/jpeg_segment.h"

namespace edgevlm {

// Zigzag order: the index row * 8 + column of each coefficient in the order of the data (T.81
// figure A.6).
inline constexpr std::array<std::uint8_t, 64> kZigzag = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// One component of the frame: its tables, and the pixels of the current row of MCUs.
struct Component {
  static constexpr int kMaxRows = 2;

  HuffmanTable dc;
  HuffmanTable ac;
  std::unique_ptr<SkipTable> skip;         // null if a block yields four pixels
  std::array<std::int64_t, 64> step = {};  // quantization steps, in zigzag order
  int blocks_across = 1;                   // per MCU
  int blocks_down = 1;
  int pixels_across = 1;  // per block
  int pixels_down = 1;
  std::int64_t mean = 0;  // DC predictor: the DC value of the previous block, in quantization steps
  std::array<std::vector<std::uint8_t>, kMaxRows> rows = {};
};

// Decodes the component's blocks of one MCU into its rows. With `skip`, a block yields one pixel,
// its mean; otherwise four, the means of its quarters. Bit-identical to libjpeg's reduced inverse
// DCTs. False if the data are corrupt. Reads at most 256 bytes per block, whatever the data are.
bool DecodeBlocks(Component& component, int mcu, BitReader& bits);

}  // namespace edgevlm
