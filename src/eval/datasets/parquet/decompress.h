// Decompresses the pages of Parquet files.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "eval/datasets/parquet/metadata.h"

namespace edgevlm {

// packed: a whole page, which has `size` bytes when unpacked. REQUIRES: size fits memory (a caller
// has checked it). Errors: kCorrupt (the bytes are malformed, or have another size), kUnsupported
// (another codec, named).
Result<std::vector<std::byte>> DecompressPage(ParquetCodec codec, std::span<const std::byte> packed,
                                              std::size_t size);

}  // namespace edgevlm
