// Convolutions of MobileNetV3 (Howard et al. 2019) over images in channels-last layout. Its 1x1
// convolutions are MatMul.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/activation/activation.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// Activations of an image: row y * width + x of `cells` holds the C channels of cell (x, y).
struct FeatureMap {
  View<const float> cells;  // [height * width, C]
  int height = 0;
  int width = 0;
};

// A square window that moves by `stride` cells. The image is padded with kernel / 2 zeros on each
// side.
struct Window {
  int kernel = 3;  // odd
  int stride = 1;

  // Extent of the output along a side of the input.
  int Outputs(int inputs) const { return inputs > 0 ? (inputs - 1) / stride + 1 : 0; }
};

// The scratch size of Conv2d in values: Outputs(height) * Outputs(width) * kernel^2 * C.
std::size_t Conv2dScratchSize(const FeatureMap& x, const Window& window);

// y[cell, n] = activation(sum_{dy, dx, c} x[cell at (dy, dx), c] * w[n, c, dy, dx] + bias[n])
//              * factor[cell, n] + residual[cell, n]
//   x        cells without gaps: stride = C
//   w        PackConv2d of [N, C, kernel, kernel]
//   scratch  at least Conv2dScratchSize values
//   y        [Outputs(height) * Outputs(width), N]
// Copies the windows into scratch (im2col) and calls MatMul once, which defines the order of sums
// and the use of the pool. Meant for few channels (the stem).
void Conv2d(const FeatureMap& x, const Weight& w, const Window& window, const Epilogue& epilogue,
            std::span<float> scratch, View<float> y, ThreadPool& pool);

// weight [N, C * kernel * kernel], of each output [C, kernel, kernel] as files hold it, packed for
// Conv2d. At load.
Weight PackConv2d(View<const float> weight, int kernel);

// Depthwise convolution: each output channel is computed from one input channel.
// y[cell, c] = activation(sum_{dy, dx} x[cell at (dy, dx), c] * taps[dy * kernel + dx, c] +
// bias[c])
//   taps      PackDepthwise of [C, kernel, kernel]
//   epilogue  without factor and residual
//   y         [Outputs(height) * Outputs(width), C], must not overlap x
// Sums in float32, starting with the bias, in the order of the taps. Threads: rows of the output
// are split over the pool. Cost cells * C * kernel^2 multiply-adds.
void DepthwiseConv(const FeatureMap& x, View<const float> taps, const Window& window,
                   const Epilogue& epilogue, View<float> y, ThreadPool& pool);

// weight [C, kernel * kernel] as files hold it, transposed to [kernel * kernel, C]. At load.
std::vector<float> PackDepthwise(View<const float> weight);

// mean[c] = sum over rows of x[row, c] / rows, summed in the order of the rows.
//   x     [P, C], P >= 1
//   mean  [C]
void GlobalMean(View<const float> x, std::span<float> mean);

// x[row, c] *= scale[c].
//   x      [P, C]
//   scale  [C]
void ScaleChannels(View<float> x, std::span<const float> scale);

}  // namespace edgevlm
