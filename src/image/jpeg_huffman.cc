#include "image/jpeg_huffman.h"

#include <algorithm>

namespace edgevlm {

bool HuffmanTable::Fill(std::span<const std::uint8_t, 16> counts,
                        std::span<const std::uint8_t> symbols) {
  quick_.fill(0);
  int code = 0;
  int index = 0;
  for (int length = 1; length <= 16; ++length) {
    const auto at = static_cast<std::size_t>(length);
    const int count = counts[at - 1];
    code *= 2;
    if (code + count > 1 << length) return false;
    if (static_cast<std::size_t>(index + count) > std::min(symbols.size(), symbols_.size())) {
      return false;
    }
    first_[at] = code;
    index_[at] = index;
    for (int i = 0; i < count; ++i, ++code, ++index) {
      const int symbol = symbols[static_cast<std::size_t>(index)];
      symbols_[static_cast<std::size_t>(index)] = static_cast<std::uint8_t>(symbol);
      if (length > kQuickBits) continue;
      const int spare = kQuickBits - length;
      std::fill_n(quick_.begin() + (code << spare), 1 << spare,
                  static_cast<std::uint16_t>(symbol * 256 + length));
    }
    limit_[at] = code << (16 - length);
  }
  return true;
}

HuffmanCode HuffmanTable::FindLong(std::uint64_t window) const {
  const int top = static_cast<int>(window >> 48);
  for (int length = kQuickBits + 1; length <= 16; ++length) {
    const auto at = static_cast<std::size_t>(length);
    if (top >= limit_[at]) continue;
    const int index = index_[at] + (top >> (16 - length)) - first_[at];
    return {length, symbols_[static_cast<std::size_t>(index)]};
  }
  return {};
}

SkipTable::Step StepOfOne(const HuffmanTable& codes, std::uint64_t window) {
  const HuffmanCode code = codes.Find(window);
  const int zeros = code.symbol >> 4;
  const int size = code.symbol & 15;
  if (code.length == 0) return {};
  if (code.symbol == 0) return {code.length, SkipTable::kEnd};
  if (size == 0 && zeros != 15) return {};
  return {code.length + size, zeros + 1};
}

SkipTable::SkipTable(const HuffmanTable& codes) {
  constexpr Step kNone = {0, 255};
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const std::uint64_t window = std::uint64_t{i} << (64 - kWindowBits);
    Step sum;
    while (sum.bits < kWindowBits && sum.advance < kEnd) {
      const std::uint64_t rest = window << sum.bits;
      const int length = codes.Find(rest).length;
      const Step one = StepOfOne(codes, rest);
      // Bits beyond the window are unknown: the code must end within it, its coefficient need not.
      if (one.bits == 0 || sum.bits + length > kWindowBits) break;
      if (one.advance != kEnd && sum.advance + one.advance > 63) break;
      sum = {sum.bits + one.bits, sum.advance + one.advance};
    }
    if (sum.bits == 0) sum = kNone;
    steps_[i] = static_cast<std::uint16_t>(sum.advance * 256 + sum.bits);
  }
}

}  // namespace edgevlm
