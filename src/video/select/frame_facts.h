// FrameFacts: what the selection of frames knows of a frame.
#pragma once

#include <array>

#include "video/video_frame.h"

namespace edgevlm {

// The longer side, in pixels, of frames that are measured: enough for blocks and sharpness.
inline constexpr int kMeasuredSide = 160;

struct FrameFacts {
  static constexpr int kBlockCols = 16;
  static constexpr int kBlockRows = 9;
  static constexpr int kBins = 64;  // four of each color

  double seconds = 0;
  // Mean red, green and blue of each block, in [0, 1].
  std::array<std::array<float, 3>, std::size_t{kBlockCols}* kBlockRows> blocks = {};
  std::array<float, kBins> histogram = {};  // shares of the pixels, of the sum 1
  float sharpness = 0;                      // mean absolute Laplacian of the luma, in [0, 1]
};

// Cost: a pass over the pixels. REQUIRES: a frame that is not empty.
FrameFacts MeasureFrame(const VideoFrame& frame);

// How different two frames are, in [0, 1]; 0 for equal ones. Of a block, its color changes the most
// in one of the three channels.
double MeanBlockChange(const FrameFacts& a, const FrameFacts& b);
double LargestBlockChange(const FrameFacts& a, const FrameFacts& b);
double HistogramChange(const FrameFacts& a, const FrameFacts& b);

}  // namespace edgevlm
