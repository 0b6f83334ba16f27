#include "kernels/conv/conv.h"

#include <algorithm>

#include "kernels/conv/conv_variants.h"
#include "kernels/matmul/float32/float32_matmul.h"

namespace edgevlm {
namespace {

constexpr int kMinRowsPerChunk = 4;  // of the output image

struct PatchCall {
  const FeatureMap& x;
  const Window& window;
  View<float> patches;  // [cells of the output, kernel * kernel * C]
};

// Copies the window around one cell of the output, [kernel, kernel, C], zeros outside the image.
// The cells of one row of the window are contiguous in x, so each row is a single copy.
void CopyPatch(const PatchCall& call, int row, int column, std::span<float> patch) {
  const auto [kernel, stride] = call.window;
  const int channels = call.x.cells.cols;
  const int left = column * stride - kernel / 2;
  const int first_x = std::max(left, 0);
  const int last_x = std::min(left + kernel, call.x.width);
  std::fill(patch.begin(), patch.end(), 0.0f);
  for (int dy = 0; dy < kernel; ++dy) {
    const int y = row * stride + dy - kernel / 2;
    if (y < 0 || y >= call.x.height) continue;
    const float* from = call.x.cells.Row(y * call.x.width + first_x).data();
    std::copy_n(from, (last_x - first_x) * channels,
                patch.data() + (dy * kernel + first_x - left) * channels);
  }
}

void CopyPatches(const PatchCall& call, int first_row, int last_row) {
  const int width = call.window.Outputs(call.x.width);
  for (int row = first_row; row < last_row; ++row) {
    for (int column = 0; column < width; ++column) {
      CopyPatch(call, row, column, call.patches.Row(row * width + column));
    }
  }
}

void CheckWindow(const FeatureMap& x, const Window& window, View<float> y) {
  CHECK(window.kernel >= 1 && window.kernel % 2 == 1 && window.stride >= 1);
  CHECK(x.height >= 0 && x.width >= 0 && x.cells.rows == x.height * x.width);
  CHECK(y.rows == window.Outputs(x.height) * window.Outputs(x.width));
}

}  // namespace

const VariantList<DepthwiseFunction>& DepthwiseVariants() {
  static const VariantList<DepthwiseFunction> kVariants(DepthwiseHighway(), DepthwiseScalar);
  return kVariants;
}

const VariantList<MeanFunction>& MeanVariants() {
  static const VariantList<MeanFunction> kVariants(MeanHighway(), MeanScalar);
  return kVariants;
}

const VariantList<ScaleFunction>& ScaleVariants() {
  static const VariantList<ScaleFunction> kVariants(ScaleHighway(), ScaleScalar);
  return kVariants;
}

std::size_t Conv2dScratchSize(const FeatureMap& x, const Window& window) {
  const auto outputs = static_cast<std::size_t>(window.Outputs(x.height)) *
                       static_cast<std::size_t>(window.Outputs(x.width));
  return outputs * static_cast<std::size_t>(window.kernel * window.kernel * x.cells.cols);
}

void Conv2d(const FeatureMap& x, const Weight& w, const Window& window, const Epilogue& epilogue,
            std::span<float> scratch, View<float> y, ThreadPool& pool) {
  CheckWindow(x, window, y);
  CHECK(w.inputs() == window.kernel * window.kernel * x.cells.cols);
  CHECK(x.cells.stride == x.cells.cols);
  CHECK(scratch.size() >= Conv2dScratchSize(x, window));
  const PatchCall call{x, window, View<float>(scratch.data(), y.rows, w.inputs())};
  pool.ParallelFor(
      window.Outputs(x.height), kMinRowsPerChunk,
      [&call](int first_row, int last_row, int) { CopyPatches(call, first_row, last_row); });
  MatMul(call.patches, w, epilogue, y, pool);
}

Weight PackConv2d(View<const float> weight, int kernel) {
  const int taps = kernel * kernel;
  CHECK(kernel >= 1 && weight.cols % taps == 0);
  const int channels = weight.cols / taps;
  std::vector<float> transposed;
  transposed.reserve(static_cast<std::size_t>(weight.rows) * static_cast<std::size_t>(weight.cols));
  for (int n = 0; n < weight.rows; ++n) {
    const float* row = weight.Row(n).data();
    for (int tap = 0; tap < taps; ++tap) {
      for (int c = 0; c < channels; ++c) transposed.push_back(row[c * taps + tap]);
    }
  }
  return Weight(View<const float>(transposed.data(), weight.rows, weight.cols));
}

void DepthwiseConv(const FeatureMap& x, View<const float> taps, const Window& window,
                   const Epilogue& epilogue, View<float> y, ThreadPool& pool) {
  static const DepthwiseFunction kFunction = DepthwiseVariants().Chosen();
  CheckWindow(x, window, y);
  CHECK(taps.rows == window.kernel * window.kernel && taps.cols == x.cells.cols);
  CHECK(y.cols == x.cells.cols);
  CHECK(epilogue.factor.data == nullptr && epilogue.residual.data == nullptr);
  CHECK(epilogue.bias.empty() || static_cast<int>(epilogue.bias.size()) == y.cols);
  const DepthwiseCall call{x, taps, window, epilogue, y};
  pool.ParallelFor(
      window.Outputs(x.height), kMinRowsPerChunk,
      [&call](int first_row, int last_row, int) { kFunction(call, first_row, last_row); });
}

std::vector<float> PackDepthwise(View<const float> weight) {
  std::vector<float> taps;
  taps.reserve(static_cast<std::size_t>(weight.rows) * static_cast<std::size_t>(weight.cols));
  for (int tap = 0; tap < weight.cols; ++tap) {
    for (int c = 0; c < weight.rows; ++c) {
      taps.push_back(weight.Row(c)[static_cast<std::size_t>(tap)]);
    }
  }
  return taps;
}

void GlobalMean(View<const float> x, std::span<float> mean) {
  CHECK(x.rows >= 1 && static_cast<int>(mean.size()) == x.cols);
  static const MeanFunction kFunction = MeanVariants().Chosen();
  kFunction(x, mean.data());
}

void ScaleChannels(View<float> x, std::span<const float> scale) {
  CHECK(static_cast<int>(scale.size()) == x.cols);
  static const ScaleFunction kFunction = ScaleVariants().Chosen();
  kFunction(x, scale.data());
}

}  // namespace edgevlm
