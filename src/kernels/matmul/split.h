// How the products of all MatMuls are shared among threads.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/thread_pool.h"
#include "kernels/matmul/matmul.h"

namespace edgevlm {

// Below this many multiply-adds a second thread costs more than it brings: with one row they read
// so many weights, some microseconds. Several rows share the reading.
inline constexpr double kWorkPerShare = 1 << 15;
inline constexpr int kRowsThatShare = 16;

// With this many panels for each thread, shares of whole panels differ little in size.
inline constexpr int kPanelsPerThread = 4;

inline double MatMulGrain(int rows, std::int64_t work_per_unit) {
  return kWorkPerShare * std::clamp(rows, 1, kRowsThatShare) /
         static_cast<double>(std::max<std::int64_t>(1, work_per_unit));
}

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
    pool.ParallelFor(work.panels, MatMulGrain(rows, panel_work), [&work](int begin, int end, int) {
      work.run({0, work.rows, begin, end});
    });
  } else {
    pool.ParallelFor(rows, MatMulGrain(rows, row_work), [&work](int begin, int end, int) {
      work.run({begin, end, 0, work.panels});
    });
  }
}

}  // namespace edgevlm
