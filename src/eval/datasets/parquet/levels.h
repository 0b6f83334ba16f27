// Parquet's hybrid of run-length encoding and bit-packing, for levels and indices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_reader.h"

namespace edgevlm {

// Reads `count` numbers of `width` bits and leaves what follows them. Nothing if the bytes end
// before, or are malformed. A run may say more than count: what is over is dropped.
// REQUIRES: count fits memory (it is what a caller has checked), 0 <= width <= 32.
bool ReadParquetLevels(ByteReader& bytes, int width, std::size_t count,
                       std::vector<std::uint32_t>& values);

}  // namespace edgevlm
