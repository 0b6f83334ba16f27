#include "kernels/matmul/matmul.h"

#include <algorithm>
#include <cstdint>

namespace edgevlm {
namespace {

// Below this many multiply-adds a second thread costs more than it brings: with one row they read
// 128 KiB of weights, some microseconds.
constexpr std::int64_t kWorkPerShare = 1 << 15;

// With this many panels for each thread, shares of whole panels differ little in size.
constexpr int kPanelsPerThread = 4;

int Grain(std::int64_t work_per_unit) {
  return static_cast<int>(
      std::max<std::int64_t>(1, kWorkPerShare / std::max<std::int64_t>(1, work_per_unit)));
}

void CheckShapes(const MatMulCall& call) {
  CHECK(call.x.cols == call.w.inputs() && call.y.cols == call.w.outputs());
  CHECK(call.x.rows == call.y.rows);
  const Epilogue& epilogue = call.epilogue;
  CHECK(epilogue.bias.empty() || static_cast<int>(epilogue.bias.size()) == call.w.outputs());
  CHECK(epilogue.residual.data == nullptr ||
        (epilogue.residual.rows == call.y.rows && epilogue.residual.cols == call.y.cols));
}

}  // namespace

const VariantList<MatMulFunction>& MatMulVariants() {
  static const VariantList<MatMulFunction> kVariants(MatMulHighway(), MatMulScalar);
  return kVariants;
}

void MatMul(View<const float> x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool) {
  static const MatMulFunction kFunction = MatMulVariants().Chosen();
  const MatMulCall call{x, w, epilogue, y};
  CheckShapes(call);
  const std::int64_t row_work = static_cast<std::int64_t>(w.inputs()) * w.outputs();
  const std::int64_t panel_work =
      static_cast<std::int64_t>(w.inputs()) * Weight::kPanelWidth * x.rows;
  // Shares of panels let each thread read its own part of the weight only, so they are preferred.
  // The lambdas capture one reference, so that std::function holds them without allocating.
  if (w.panels() >= kPanelsPerThread * pool.threads() || x.rows < w.panels()) {
    pool.ParallelFor(w.panels(), Grain(panel_work), [&call](int begin, int end, int) {
      kFunction(call, {0, call.x.rows, begin, end});
    });
  } else {
    pool.ParallelFor(x.rows, Grain(row_work), [&call](int begin, int end, int) {
      kFunction(call, {begin, end, 0, call.w.panels()});
    });
  }
}

}  // namespace edgevlm
