// Huffman tables of a JPEG, and tables that skip over unused AC coefficients.
//
// Codes are canonical (ITU-T T.81, annex C): those of one length are consecutive numbers, and a
// longer code begins with none of the shorter ones. A symbol of an AC coefficient is RRRRSSSS: R
// zeros, then a coefficient whose S bits follow the code; 0x00 ends the block, and 0xF0 is sixteen
// zeros (F.1.2.2). A "window" holds the next bits of the data, the first one in the highest bit.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace edgevlm {

struct HuffmanCode {
  int length = 0;  // bits, 1..16; 0 if the window does not start with a code
  int symbol = 0;
};

class HuffmanTable {
 public:
  // counts[i]: number of codes of i + 1 bits; symbols: in the order of the codes. False if there
  // are more codes than their lengths or `symbols` allow; the table is unusable then.
  bool Fill(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> symbols);

  // The code at the start of the window. REQUIRES: the window holds at least 16 valid bits.
  HuffmanCode Find(std::uint64_t window) const {
    const int known = quick_[window >> (64 - kQuickBits)];
    if (known != 0) return {known & 0xFF, known >> 8};
    return FindLong(window);
  }

 private:
  static constexpr int kQuickBits = 10;

  HuffmanCode FindLong(std::uint64_t window) const;

  std::array<std::uint16_t, 1 << kQuickBits>
      quick_;                  // symbol * 256 + length; 0 if the code is longer
  std::array<int, 17> first_;  // by length: the first code
  std::array<int, 17> limit_;  // the code after the last, in 16 bits
  std::array<int, 17> index_;  // of the first code's symbol
  std::array<std::uint8_t, 256> symbols_;
};

// Looks up how far a window advances: as many AC codes, with the bits of their coefficients, as it
// contains completely. Skipping two or three codes per look-up makes it two or three times faster
// than reading them, because each look-up depends on the previous one.
class SkipTable {
 public:
  static constexpr int kWindowBits = 13;  // 16 KiB: half of a small L1 cache
  static constexpr int kMaxBits = kWindowBits + 15;
  static constexpr int kEnd = 128;  // added to `advance` where the block ends

  struct Step {
    int bits = 0;     // to skip, at most kMaxBits
    int advance = 0;  // coefficients, including zeros; above 191 if the step is unknown
  };

  explicit SkipTable(const HuffmanTable& codes);

  Step Find(std::uint64_t window) const {
    const int step = steps_[window >> (64 - kWindowBits)];
    return {step & 0xFF, step >> 8};
  }

 private:
  std::array<std::uint16_t, 1 << kWindowBits> steps_;  // advance * 256 + bits
};

// One AC code with the bits of its coefficient. `bits` is 0 if the code is invalid.
SkipTable::Step StepOfOne(const HuffmanTable& codes, std::uint64_t window);

}  // namespace edgevlm
