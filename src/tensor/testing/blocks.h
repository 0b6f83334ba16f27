// For tests of quantized weights: blocks of random quants.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include "tensor/dtype.h"

namespace edgevlm {

// `values` values of any format as a file would hold them; scales and minima are below 2 in
// magnitude. The seed is fixed, so that a failure can be repeated.
inline std::vector<std::byte> RandomStored(DType dtype, int values, unsigned seed = 20250811) {
  const DTypeInfo& info = InfoOf(dtype);
  std::mt19937 generator(seed);
  const auto block_bytes = static_cast<std::size_t>(info.block_bytes);
  std::vector<std::byte> bytes(static_cast<std::size_t>(values / info.block_values) * block_bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(generator() & 255u);
    // Numbers of any format lie within 4 bytes of the block's ends, at even offsets: without the
    // highest bit of the exponent they are finite and below 2.
    const std::size_t at = i % block_bytes;
    const bool is_number = at < 4 || at + 4 >= block_bytes;
    if (at % 2 == 1 && is_number) bytes[i] &= std::byte{0xbf};
  }
  return bytes;
}

}  // namespace edgevlm
