// How much work is worth another thread, and the loop of operations that work row by row.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/thread_pool.h"

namespace edgevlm {

// A chunk with fewer values than this is not worth waking another thread.
inline constexpr int kMinValuesPerChunk = 1 << 14;

// Matrix products: below this many multiply-adds a second thread costs more than it gains. A single
// row reads that many weights, or keys and values, in some microseconds; several rows share the
// reads, so up to kMaxGrainRows each further row raises the limit.
inline constexpr double kMinWorkPerChunk = 1 << 15;
inline constexpr int kMaxGrainRows = 16;

// The grain for ParallelFor when each index takes work_per_index multiply-adds over `rows` rows.
inline double ProductGrain(int rows, std::int64_t work_per_index) {
  return kMinWorkPerChunk * std::clamp(rows, 1, kMaxGrainRows) /
         static_cast<double>(std::max<std::int64_t>(1, work_per_index));
}

// Calls row(t) once for every t in [0, rows), on the threads of the pool; a single row, or a few
// short ones, on the caller's. Allocates nothing.
//   cols  values per row: the work that a row is
template <class Row>
void ForRows(int rows, int cols, ThreadPool& pool, const Row& row) {
  const double grain = double{kMinValuesPerChunk} / std::max(1, cols);
  // Captures a single reference, so that std::function does not allocate.
  pool.ParallelFor(rows, grain, [&row](int begin, int end, int) {
    for (int t = begin; t < end; ++t) row(t);
  });
}

}  // namespace edgevlm
