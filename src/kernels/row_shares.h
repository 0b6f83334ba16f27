// How operations that work row by row share their rows among threads.
#pragma once

#include <algorithm>

#include "base/thread_pool.h"

namespace edgevlm {

// Fewer values than this do not pay for waking another thread.
inline constexpr int kValuesPerShare = 1 << 14;

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
