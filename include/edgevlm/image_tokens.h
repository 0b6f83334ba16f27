// How many tokens an image becomes, and how they are arranged.
#pragma once

#include <algorithm>

namespace edgevlm {

// The number of tokens of one image, for models that choose it by the image's size. 0: the model's
// own limit. Models with a fixed number ignore the minimum.
struct ImageLimits {
  int min_tokens = 0;
  int max_tokens = 0;

  bool operator==(const ImageLimits&) const = default;
};

// Tokens of an image row by row, and of a video frame by frame: their positions are points of this
// grid. Empty for tokens whose positions count on, as those of text.
struct TokenGrid {
  int frames = 1;  // of a video: pairs of frames
  int rows = 0;
  int cols = 0;
  double frame_step = 1;  // positions from one frame to the next; the fraction is dropped

  bool empty() const { return rows == 0; }
  int tokens() const { return frames * rows * cols; }
  // Positions that the grid takes: the next text comes behind the largest of the three.
  int extent() const {
    return std::max({static_cast<int>((frames - 1) * frame_step) + 1, rows, cols});
  }
  bool operator==(const TokenGrid&) const = default;
};

}  // namespace edgevlm
