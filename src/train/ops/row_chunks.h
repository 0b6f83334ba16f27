// ForChunks: splits the rows of a matrix between LibTorch's threads in chunks of fixed size, so
// that the order of summation does not depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstdint>

#include "train/torch.h"

namespace edgevlm::train {

inline constexpr std::int64_t kChunkRows = 256;

inline std::int64_t ChunkCount(std::int64_t rows) { return (rows + kChunkRows - 1) / kChunkRows; }

// Calls work(chunk, first, end) for the rows [first, end) of each chunk. REQUIRES: rows < 2^31.
template <class Work>
void ForChunks(std::int64_t rows, const Work& work) {
  at::parallel_for(0, ChunkCount(rows), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t chunk = begin; chunk < end; ++chunk) {
      const std::int64_t first = chunk * kChunkRows;
      work(chunk, static_cast<int>(first), static_cast<int>(std::min(first + kChunkRows, rows)));
    }
  });
}

}  // namespace edgevlm::train
