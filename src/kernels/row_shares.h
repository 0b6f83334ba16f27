// How much work pays for another thread, and how operations that work row by row share their rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/thread_pool.h"

namespace edgevlm {

// Fewer values than this do not pay for waking another thread.
inline constexpr int kValuesPerShare = 1 << 14;

// Below this many multiply-adds a second thread costs more than it brings: with one row they read
// so many weights, or keys and values, some microseconds. Several rows share the reading.
inline constexpr double kWorkPerShare = 1 << 15;
inline constexpr int kRowsThatShare = 16;

// ParallelFor's grain where an index is so many multiply-adds of so many rows.
inline double ProductGrain(int rows, std::int64_t work_per_index) {
  return kWorkPerShare * std::clamp(rows, 1, kRowsThatShare) /
         static_cast<double>(std::max<std::int64_t>(1, work_per_index));
}

// Calls row(t) once for every t in [0, rows), in the pool's threads; one row, or few short ones,
// in the caller's. Allocates nothing.
//   cols  values per row, which say how much work a row is
template <class Row>
void ForRows(int rows, int cols, ThreadPool& pool, const Row& row) {
  const double grain = double{kValuesPerShare} / std::max(1, cols);
  // One reference captured, so that std::function holds it without allocating.
  pool.ParallelFor(rows, grain, [&row](int begin, int end, int) {
    for (int t = begin; t < end; ++t) row(t);
  });
}

}  // namespace edgevlm
