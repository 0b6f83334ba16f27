// How every MatMul is split over the threads of a pool.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "base/thread_pool.h"
#include "kernels/activation/activation.h"
#include "kernels/matmul/matmul_part.h"
#include "kernels/row_chunks.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// With this many panels per thread, chunks of whole panels differ little in size.
inline constexpr int kPanelsPerThread = 4;

inline void CheckEpilogue(const Weight& w, const Epilogue& epilogue, const View<float>& y) {
  CHECK(y.cols == w.outputs());
  CHECK(epilogue.bias.empty() || static_cast<int>(epilogue.bias.size()) == w.outputs());
  for (const View<const float>& rows : {epilogue.factor, epilogue.residual}) {
    CHECK(rows.data == nullptr || (rows.rows == y.rows && rows.cols == y.cols));
  }
}

// Calls run(part) for parts that cover all rows and panels. Chunks of panels are preferred, because
// each thread then reads only its own part of the weight.
//   tile_panels  panels of the kernel's widest tile: chunks have a multiple, so that no tile is
//                narrower, unless there are too few for the threads
template <class RunPart>
void SplitMatMul(const Weight& w, int rows, ThreadPool& pool, const RunPart& run,
                 int tile_panels = 1) {
  const std::int64_t row_work = static_cast<std::int64_t>(w.inputs()) * w.outputs();
  const bool has_rows = rows >= w.panels();
  const int group = !has_rows && w.panels() < tile_panels * pool.threads() ? 1 : tile_panels;
  const int groups = (w.panels() + group - 1) / group;
  const std::int64_t group_work =
      static_cast<std::int64_t>(w.inputs()) * Weight::kPanelWidth * group * rows;
  // Each lambda captures a single reference, so that std::function does not allocate.
  struct Work {
    const RunPart& run;
    int rows;
    int panels;
    int group;
  };
  const Work work{run, rows, w.panels(), group};
  if (groups >= kPanelsPerThread * pool.threads() || !has_rows) {
    pool.ParallelFor(groups, ProductGrain(rows, group_work), [&work](int begin, int end, int) {
      work.run({0, work.rows, begin * work.group, std::min(end * work.group, work.panels)});
    });
  } else {
    pool.ParallelFor(rows, ProductGrain(rows, row_work), [&work](int begin, int end, int) {
      work.run({begin, end, 0, work.panels});
    });
  }
}

}  // namespace edgevlm
