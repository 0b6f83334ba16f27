// Huffman codes of a JPEG, and skipping over coefficients that nobody looks at.
//
// Codes are canonical (ITU-T T.81, annex C): those of one length are consecutive numbers, and a
// longer code begins with none of the shorter ones. A symbol of an AC coefficient is RRRRSSSS: R
// zeros, then a coefficient of S bits that follow the code; 0x00 ends the block and 0xF0 stands for
// sixteen zeros (F.1.2.2). A window below is the next bits of the data, the first one on top.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace edgevlm {

struct HuffmanCode {
  int length = 0;  // bits, 1..16; 0 if the window begins with no code
  int symbol = 0;
};

class HuffmanTable {
 public:
  // counts[i]: codes of i + 1 bits; symbols: in the order of the codes. False if there are more
  // codes than their lengths or `symbols` have room for; the table is then of no use.
  bool Fill(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> symbols);

  // The code at the top of the window. REQUIRES: at least 16 bits of the window are known.
  HuffmanCode Find(std::uint64_t window) const {
    const int known = quick_[window >> (64 - kQuickBits)];
    if (known != 0) return {known & 0xFF, known >> 8};
    return FindLong(window);
  }

 private:
  static constexpr int kQuickBits = 10;

  HuffmanCode FindLong(std::uint64_t window) const;

  std::array<std::uint16_t, 1 << kQuickBits> quick_;  // symbol * 256 + length; 0 if it is longer
  std::array<int, 17> first_;                         // by length: the first code
  std::array<int, 17> limit_;                         // the code after the last, in 16 bits
  std::array<int, 17> index_;                         // of the first code's symbol
  std::array<std::uint8_t, 256> symbols_;
};

// What the bits of a window do, taken together: AC codes with the bits of their coefficients, as
// many as are certain. Two or three at once make skipping a block as many times faster than reading
// it, because each step must wait for the one before.
class SkipTable {
 public:
  static constexpr int kWindowBits = 13;  // 16 KiB: half of a small CPU's first cache
  static constexpr int kMaxBits = kWindowBits + 15;
  static constexpr int kEnd = 128;  // added to `advance` where the block ends

  struct Step {
    int bits = 0;     // to pass over, at most kMaxBits
    int advance = 0;  // coefficients, zeros included; over 191 if no step can be told
  };

  explicit SkipTable(const HuffmanTable& codes);

  Step Find(std::uint64_t window) const {
    const int step = steps_[window >> (64 - kWindowBits)];
    return {step & 0xFF, step >> 8};
  }

 private:
  std::array<std::uint16_t, 1 << kWindowBits> steps_;  // advance * 256 + bits
};

// One AC code with its coefficient's bits. `bits` is 0 if there is none that the standard allows.
SkipTable::Step StepOfOne(const HuffmanTable& codes, std::uint64_t window);

}  // namespace edgevlm
