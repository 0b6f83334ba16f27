// How the products of all MatMuls are shared among threads.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/thread_pool.h"
#include "kernels/matmul/matmul.h"
#include "kernels/row_shares.h"

namespace edgevlm {

// With this many panels for each thread, shares of whole panels differ little in size.
inline constexpr int kPanelsPerThread = 4;

inline void CheckEpilogue(const Weight& w, const Epilogue& epilogue, const View<float>& y) {
  CHECK(y.cols == w.outputs());
  CHECK(epilogue.bias.empty() || static_cast<int>(epilogue.bias.size()) == w.outputs());
  for (const View<const float>& rows : {epilogue.factor, epilogue.residual}) {
    CHECK(rows.data == nullptr || (rows.rows == y.rows && rows.cols == y.cols));
  }
}

// Calls run(part) for parts that cover all rows and panels. Shares of panels let each thread read
// its own part of the weight only, so they are preferred.
template <class RunPart>
void SplitMatMul(const Weight& w, int rows, ThreadPool& pool, const RunPart& run) {
  const std::int64_t row_work = static_cast<std::int64_t>(w.inputs()) * w.outputs();
  const std::int64_t panel_work =
      static_cast<std::int64_t>(w.inputs()) * Weight::kPanelWidth * rows;
  // The lambdas capture one reference each, so that std::function holds them without allocating.
  struct Work {
    const RunPart& run;
    int rows;
    int panels;
  };
  const Work work{run, rows, w.panels()};
  if (w.panels() >= kPanelsPerThread * pool.threads() || rows < w.panels()) {
    pool.ParallelFor(work.panels, ProductGrain(rows, panel_work), [&work](int begin, int end, int) {
      work.run({0, work.rows, begin, end});
    });
  } else {
    pool.ParallelFor(rows, ProductGrain(rows, row_work), [&work](int begin, int end, int) {
      work.run({begin, end, 0, work.panels});
    });
  }
}

}  // namespace edgevlm
